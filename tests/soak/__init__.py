"""`make soak`: thousands of releases under a seeded schedule of faults (docs/soak.md)."""
