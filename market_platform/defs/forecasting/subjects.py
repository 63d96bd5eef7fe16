"""What is forecast in which market, as data: the feeds that hold outcome and inputs, and how their rows are chosen."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families.power import GENERATION, GENERATION_FORECAST, LOAD, LOAD_FORECAST
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


@dataclass(frozen=True)
class MarketSubjects:
    """One market: its prices, and what the ISO says ahead of load, wind and solar.

    ``renewables`` by name; where a source has several locations their sum counts.
    ``divisions`` are the Census divisions in whose degree days the market's weather shows.
    ``issue_lead`` is how long before the day-ahead gate the scheduled forecast is issued.
    """

    market: str
    day_ahead: Source
    real_time: Source
    real_time_minutes: int
    load_forecast: Source
    renewables: dict[str, Source]
    divisions: tuple[str, ...]
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


def _said(feed: str, fuel: str, model: str = "", location: str = "") -> Source:
    parts = {"fuel": fuel, "model": model, "location": location}
    chosen = " AND ".join(f"{column} = '{value}'" for column, value in parts.items() if value)
    return Source(GENERATION_FORECAST, (feed,), "generation_mw", chosen)


SUBJECTS = {
    each.market: each
    for each in (
        MarketSubjects(
            "nyiso",
            _prices("nyiso_dam_lbmp_zone"),
            _prices("nyiso_rt_lbmp_zone", where=f"{HUBS_AND_ZONES} AND market_run = 'RTD'"),
            5,
            _load_forecast("nyiso_load_forecast", "location = 'NYISO'"),
            {"btm_solar_forecast": _said("nyiso_btm_solar_forecast", "btm_solar", location="SYSTEM")},
            ("2",),  # Middle Atlantic
        ),
        MarketSubjects(
            "pjm",
            _prices("pjm_dam_lmp_hub", "pjm_dam_lmp_zone"),
            _prices("pjm_rt_5min_unverified_lmp_hub", "pjm_rt_5min_unverified_lmp_zone"),
            5,
            _load_forecast("pjm_load_forecast_history", "location = 'RTO'"),
            {
                "wind_forecast": _said("pjm_wind_forecast", "wind"),
                "solar_forecast": _said("pjm_solar_forecast", "solar"),
            },
            ("2", "3", "5"),  # Middle and South Atlantic, East North Central
        ),
        MarketSubjects(
            "caiso",
            _prices("caiso_dam_lmp_hub"),
            _prices("caiso_fmm_lmp_hub"),
            15,
            _load_forecast("caiso_load_forecast_dam", "location = 'CA ISO-TAC'"),
            {
                "wind_forecast": _said("caiso_renewables_forecast_dam", "wind"),
                "solar_forecast": _said("caiso_renewables_forecast_dam", "solar"),
            },
            ("9",),  # Pacific
        ),
        MarketSubjects(
            "ercot",
            _prices("ercot_dam_spp", "ercot_dam_spp_yearly"),
            _prices("ercot_rtm_spp"),
            15,
            _load_forecast("ercot_load_forecast_by_weather_zone", "location = 'ERCOT'"),
            {
                "wind_forecast": _said("ercot_wind_hourly", "wind", "STWPF", "ERCOT"),
                "solar_forecast": _said("ercot_solar_hourly", "solar", "STPPF", "ERCOT"),
            },
            ("7",),  # West South Central
        ),
    )
}


@dataclass(frozen=True)
class Correction:
    """A forecast of the ISO that is corrected by its own past error: outcome and forecast meet by location name."""

    market: str
    quantity: str
    outcome: Source
    forecast: Source

    @property
    def asset(self) -> str:
        """Key of the asset."""
        return f"{self.market}_{self.quantity}_correction"

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the market day."""
        return MARKETS[self.market].zone


def _load(feed: str, *renamed: tuple[str, str]) -> Source:
    where = f"location IN ({', '.join(repr(own) for own, _ in renamed)})" if renamed else "TRUE"
    return Source(LOAD, (feed,), "load_mw", where, renamed)


def _made(feed: str, fuel: str) -> Source:
    return Source(GENERATION, (feed,), "generation_mw", f"fuel = '{fuel}'")


# PJM's southern region is Dominion; its regions carry one name in the load telemetry and another in the forecast.
PJM_REGIONS = (
    ("PJM RTO", "RTO"),
    ("PJM MID ATLANTIC REGION", "MIDATL"),
    ("PJM WESTERN REGION", "WEST"),
    ("PJM SOUTHERN REGION", "DOM"),
)
CORRECTIONS = (
    Correction("nyiso", "load", _load("nyiso_load_hourly"), _load_forecast("nyiso_load_forecast", "TRUE")),
    Correction(
        "nyiso",
        "btm_solar",
        _made("nyiso_btm_solar", "btm_solar"),
        _said("nyiso_btm_solar_forecast", "btm_solar"),
    ),
    Correction(
        "pjm",
        "load",
        _load("pjm_load_instantaneous", *PJM_REGIONS),
        _load_forecast("pjm_load_forecast_history", "TRUE"),
    ),
    Correction("pjm", "wind", _made("pjm_fuel_mix", "wind"), _said("pjm_wind_forecast", "wind")),
    Correction("pjm", "solar", _made("pjm_fuel_mix", "solar"), _said("pjm_solar_forecast", "solar")),
    Correction("caiso", "load", _load("caiso_load_hourly"), _load_forecast("caiso_load_forecast_dam", "TRUE")),
    Correction(
        "caiso", "wind", _made("caiso_renewables_hourly", "wind"), _said("caiso_renewables_forecast_dam", "wind")
    ),
    Correction(
        "caiso", "solar", _made("caiso_renewables_hourly", "solar"), _said("caiso_renewables_forecast_dam", "solar")
    ),
    Correction(
        "ercot",
        "load",
        _load("ercot_load_weather_zone"),
        _load_forecast("ercot_load_forecast_by_weather_zone", "TRUE"),
    ),
    Correction("ercot", "wind", _said("ercot_wind_hourly", "wind", "GEN"), _said("ercot_wind_hourly", "wind", "STWPF")),
    Correction(
        "ercot", "solar", _said("ercot_solar_hourly", "solar", "GEN"), _said("ercot_solar_hourly", "solar", "STPPF")
    ),
)
