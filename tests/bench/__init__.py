"""`make bench`: this system beside bare tweepy, in one run, against the same sandbox of X."""
