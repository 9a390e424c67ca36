"""Pages of what came of it."""
