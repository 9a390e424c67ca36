"""What somebody hostile would try."""
