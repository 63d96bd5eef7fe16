"""The markets: their zones and gates live here as data; behaviour lives elsewhere."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Market:
    """One organised market or publisher with a clock of its own.

    ``zone`` is the prevailing zone in which its market day is counted.
    """

    key: str
    name: str
    zone_name: str

    @property
    def zone(self) -> ZoneInfo:
        """The prevailing time zone."""
        return ZoneInfo(self.zone_name)


MARKETS = {
    market.key: market
    for market in (
        Market("caiso", "California ISO", "America/Los_Angeles"),
        Market("pjm", "PJM Interconnection", "America/New_York"),
        Market("ercot", "Electric Reliability Council of Texas", "America/Chicago"),
        Market("nyiso", "New York ISO", "America/New_York"),
        Market("isone", "ISO New England", "America/New_York"),
        # EST all year, hour ending: stated by public clients, not read in an official text (facts: unverified).
        Market("miso", "Midcontinent ISO", "Etc/GMT+5"),
        Market("spp", "Southwest Power Pool", "America/Chicago"),
    )
}
