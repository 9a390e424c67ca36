"""What people do with drafts: write, submit, debate, review."""
