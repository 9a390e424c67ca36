"""What happens to a publication: obey, claim, send, record, look up, decide, recall, retract."""
