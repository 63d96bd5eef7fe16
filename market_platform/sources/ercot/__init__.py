"""ERCOT: what it publishes, how to ask for it, how to read it."""
