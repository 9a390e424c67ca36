"""Pages about people and departments."""
