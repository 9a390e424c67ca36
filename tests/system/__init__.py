"""The whole system in a folder of its own: servers, sandbox of X, real workers, and its people."""
