"""The simulated ERCOT: token, public API with its archive, document lists and downloads, dashboards."""

from market_platform.sandbox.publishers.ercot.answers import HOSTS, respond

__all__ = ["HOSTS", "respond"]
