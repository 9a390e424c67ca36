"""What happens to a publication: obey, claim, send, record, reap, hold, recall, decide."""
