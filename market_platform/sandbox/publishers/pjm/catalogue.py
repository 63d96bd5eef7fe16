"""All simulated datasets of Data Miner, by PJM's own name."""

import re
from datetime import date, datetime, timedelta

from market_platform.sandbox.publishers.pjm import ancillary, bids, generation, load, network, prices
from market_platform.sandbox.publishers.pjm.sheets import ZONE, Sheet

HOURLY_ARCHIVE_DAYS = 731
FIVE_MINUTE_ARCHIVE_DAYS = 186

ARCHIVE_DAYS = {
    "da_hrl_lmps": HOURLY_ARCHIVE_DAYS,
    "rt_hrl_lmps": HOURLY_ARCHIVE_DAYS,
    "rt_da_monthly_lmps": HOURLY_ARCHIVE_DAYS,
    "rt_fivemin_hrl_lmps": FIVE_MINUTE_ARCHIVE_DAYS,
    "rt_fivemin_mnt_lmps": FIVE_MINUTE_ARCHIVE_DAYS,
    "fivemin_marginal_emissions": FIVE_MINUTE_ARCHIVE_DAYS,
}
# Column that a range filters on, where it is not datetime_beginning.
STAMPS = {
    "load_frcstd_7_day": "forecast_datetime_beginning",
    "load_frcstd_hist": "forecast_hour_beginning",
    "very_short_load_frcst": "evaluated_at",
    "ops_sum_prev_period": "generated_at",
    "ops_sum_frcst_peak_rto": "generated_at",
    "ops_sum_frcst_peak_area": "generated_at",
    "ops_sum_prjctd_tie_flow": "generated_at",
    "hourly_solar_power_forecast": "evaluated_at",
    "five_min_solar_power_forecast": "evaluated_at",
    "hourly_wind_power_forecast": "evaluated_at",
    "five_min_wind_power_forecast": "evaluated_at",
    "day_gen_capacity": "bid_datetime_beginning",
    "hrl_da_incs_decs": "bid_datetime_beginning",
    "gen_outages_by_type": "forecast_execution_date",
    "frcstd_gen_outages": "forecast_execution_date",
    "sync_reserve_events": "event_start",
}
ALL_EVENTS_DAYS = 400
PLACES = {
    "da_marginal_value": 2,
    "rt_marginal_value": 2,
    "hrl_load_metered": 3,
    "gen_by_fuel": 1,
    "reg_market_results": 2,
}


def _auction_month(text: str) -> list[date]:
    return [datetime.strptime(text.removesuffix("Auction").strip().title(), "%b %Y").replace(tzinfo=ZONE).date()]


def _first_june(text: str) -> list[date]:
    return [date(int(text[:4]), 6, 1)]


def _days(text: str) -> list[date]:
    """Return the days of a filter that names them, alone or as a range, in any of Data Miner's spellings."""
    found = re.findall(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-(\d{2})", text)
    ends = [date(int(a[2]), int(a[0]), int(a[1])) if a[2] else date(int(a[3]), int(a[4]), int(a[5])) for a in found]
    return [ends[0] + timedelta(days=count) for count in range((ends[-1] - ends[0]).days + 1)] if ends else []


def _months(text: str) -> list[date]:
    return sorted({day.replace(day=1) for day in _days(text)})


BY_COLUMN = {
    "ftr_bids_mnt": ("market_name", _auction_month),
    "ftr_bids_annual": ("market_name", _first_june),
    "ftr_bids_long_term": ("market_name", _first_june),
    "ftr_cong_lmp": ("effective_day", _months),
    "day_inc_dec_utc": ("day_ahead_market_date", _days),
}

SHEETS: dict[str, Sheet] = {
    name: Sheet(
        writer,
        stamp=STAMPS.get(name, "datetime_beginning"),
        archive_days=ARCHIVE_DAYS.get(name),
        places=PLACES.get(name, 6),
        days_back=ALL_EVENTS_DAYS if name == "sync_reserve_events" else 0,
        day_column=BY_COLUMN[name][0] if name in BY_COLUMN else "",
        days_of=BY_COLUMN[name][1] if name in BY_COLUMN else None,
    )
    for module in (prices, ancillary, load, generation, network, bids)
    for name, writer in module.WRITERS.items()
}
