"""Every order of acts, drawn by Hypothesis, against the rules that are never broken."""
