"""REST and WebSocket API over catalog and ledger."""
