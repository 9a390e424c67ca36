"""What happens to a publication: created, sent, reconciled, decided, recalled,
retracted."""
