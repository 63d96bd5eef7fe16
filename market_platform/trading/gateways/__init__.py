"""Gateways: bids in each ISO's own messages, its answers read back, and the one place where something may be sent."""
