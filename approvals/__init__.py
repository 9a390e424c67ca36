"""What may be said: drafts, revisions, debate, reviews, quorum, releases."""
