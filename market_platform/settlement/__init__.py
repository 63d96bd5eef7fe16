"""Shadow settlement, reconciliation, disputes and payments."""
