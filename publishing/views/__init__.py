"""Pages of publications, freezes, decisions."""
