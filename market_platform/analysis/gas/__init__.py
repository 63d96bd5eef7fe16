"""Gas and power: basis, curves, storage against its history, and spark spreads."""
