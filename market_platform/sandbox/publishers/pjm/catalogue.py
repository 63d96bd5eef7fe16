"""All simulated datasets of Data Miner, by PJM's own name."""

from market_platform.sandbox.publishers.pjm import prices
from market_platform.sandbox.publishers.pjm.sheets import Sheet

HOURLY_ARCHIVE_DAYS = 731
FIVE_MINUTE_ARCHIVE_DAYS = 186

SHEETS: dict[str, Sheet] = {
    "da_hrl_lmps": Sheet(prices.day_ahead_lmp, archive_days=HOURLY_ARCHIVE_DAYS),
}
