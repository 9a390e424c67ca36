"""What left: publications, the gateway to X, look-ups, recall, retraction, freeze, the sandbox."""
