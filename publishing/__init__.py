"""What left: publications, the gateway to X, lookups, recall, retraction, freeze, the sandbox."""
