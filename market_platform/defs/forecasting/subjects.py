"""What is forecast in which market, as data: the feeds that hold outcome and inputs, and how their rows are chosen."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families.power import LOAD_FORECAST
from market_platform.contracts.families.prices import LMP
from market_platform.markets.market import MARKETS


@dataclass(frozen=True)
class Source:
    """A series of the lake: feeds of one table, the column that is the value, and the rows that are meant.

    ``renamed`` pairs a publisher's word for a location in these feeds with the word that other feeds use.
    """

    contract: Contract
    feeds: tuple[str, ...]
    value: str
    where: str = "TRUE"
    renamed: tuple[tuple[str, str], ...] = ()

    @property
    def issued(self) -> bool:
        """Whether the rows are a publisher's forecasts, with a moment of issue."""
        return "issued_at" in self.contract.columns


@dataclass(frozen=True)
class MarketSubjects:
    """One market: its prices, and what the ISO says ahead of load, wind and solar.

    ``issue_lead`` is how long before the day-ahead gate the scheduled forecast is issued.
    """

    market: str
    day_ahead: Source
    real_time: Source
    real_time_minutes: int
    load_forecast: Source
    calendar: str = "US"
    issue_lead: timedelta = timedelta(minutes=40)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the market day."""
        return MARKETS[self.market].zone


HUBS_AND_ZONES = "location_type IN ('hub', 'zone')"


def _prices(*feeds: str, where: str = HUBS_AND_ZONES) -> Source:
    return Source(LMP, feeds, "lmp_usd_per_mwh", where)


def _load_forecast(feed: str, where: str) -> Source:
    return Source(LOAD_FORECAST, (feed,), "load_mw", where)


SUBJECTS = {
    each.market: each
    for each in (
        MarketSubjects(
            "nyiso",
            _prices("nyiso_dam_lbmp_zone"),
            _prices("nyiso_rt_lbmp_zone", where=f"{HUBS_AND_ZONES} AND market_run = 'RTD'"),
            5,
            _load_forecast("nyiso_load_forecast", "location = 'NYISO'"),
        ),
        MarketSubjects(
            "pjm",
            _prices("pjm_dam_lmp_hub", "pjm_dam_lmp_zone"),
            _prices("pjm_rt_5min_unverified_lmp_hub", "pjm_rt_5min_unverified_lmp_zone"),
            5,
            _load_forecast("pjm_load_forecast_history", "location = 'RTO'"),
        ),
        MarketSubjects(
            "caiso",
            _prices("caiso_dam_lmp_hub"),
            _prices("caiso_fmm_lmp_hub"),
            15,
            _load_forecast("caiso_load_forecast_dam", "location = 'CA ISO-TAC'"),
        ),
        MarketSubjects(
            "ercot",
            _prices("ercot_dam_spp", "ercot_dam_spp_yearly"),
            _prices("ercot_rtm_spp"),
            15,
            _load_forecast("ercot_load_forecast_by_weather_zone", "location = 'ERCOT'"),
        ),
    )
}
