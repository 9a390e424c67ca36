"""The desk's pages: lists, the composer, one page a draft, and what is done there."""
