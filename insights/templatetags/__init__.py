"""Template tags of what came of it."""
