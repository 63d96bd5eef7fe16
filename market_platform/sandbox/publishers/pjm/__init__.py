"""The simulated PJM: Data Miner 2 with its paging, filters, archive rules and keys, answered from the world."""

from market_platform.sandbox.publishers.pjm.data_miner import HOSTS, respond

__all__ = ["HOSTS", "respond"]
