"""The simulated New York ISO: what the real one publishes, in its form and at its hours."""

from market_platform.sandbox.publishers.nyiso.answers import HOSTS, respond

__all__ = ["HOSTS", "respond"]
