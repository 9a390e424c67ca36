"""Who: people, departmental accounts, seats, supervisions, X credentials, the audit trail."""
