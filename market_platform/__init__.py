"""Open market-data and trading platform for US power and gas."""
