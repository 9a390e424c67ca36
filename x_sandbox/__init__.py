"""A local sandbox of X: its API v2 as far as used here, faults at will, timelines to look at."""
