"""Where frames and facts are kept: the lake, the ledger, the catalog."""
