"""What weather means for demand and for wind and sun."""
