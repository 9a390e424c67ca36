"""What is observed of X, and what people do with it."""
