"""PJM: what Data Miner 2 publishes, how to ask for it, how to read it; and the capacity auction workbooks."""
