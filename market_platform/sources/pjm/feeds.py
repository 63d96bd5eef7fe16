"""PJM's feeds, a row each; all times Eastern. Publication times are the public client's unless the facts say more."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import auctions, grid, operations, reserves
from market_platform.contracts.families import bids as bid_families
from market_platform.contracts.families import power as power_families
from market_platform.contracts.families import prices as price_families
from market_platform.markets.pjm import (
    FUELS,
    HUB_PNODES,
    HUBS,
    INSTANT_LOAD_AREAS,
    LOAD_AREAS,
    SYSTEM,
    ZONE_PNODES,
    ZONES,
)
from market_platform.sources.feed import Cadence, Feed, Publication, Publisher, Refresh
from market_platform.sources.pjm import ancillary, bids, capacity, lists, network, power, prices
from market_platform.sources.pjm.columns import FEED_NAMES, LMP_FEEDS
from market_platform.sources.pjm.figures import figures
from market_platform.sources.pjm.recognise import recognise
from market_platform.sources.pjm.requests import (
    BASE_URL,
    FIVE_MINUTE_ARCHIVE_DAYS,
    HOURLY_ARCHIVE_DAYS,
    MEMBER_PACE_SECONDS,
    NON_MEMBER_PACE_SECONDS,
    Ask,
    AskByColumn,
    annual_auction,
    auction_workbook,
    day_range,
    long_term_auction,
    moment_range,
    monthly_auction,
    next_page,
    sign,
    snapshot,
)

ZONE = ZoneInfo("America/New_York")
MARKET = {"market": "pjm"}

DAY_AHEAD = Publication(time(13, 30), -1)  # posted 12:00 to 13:30 (facts: a third party's measurement)
NEXT_DAY = Publication(time(12), 1)
SETTLED = Publication(time(12), 40)  # settlement-verified months follow the month
DAY_DONE = Publication(time(0, 15), 1)
FOUR_MONTHS_LATE = Publication(time(12), 125)
LIVE: dict[str, Any] = {
    "publication": DAY_DONE,
    "refresh": Refresh.FIVE_MINUTES,
    "interval_minutes": 5,
    "publication_lag": timedelta(minutes=5),
}
HOURLY: dict[str, Any] = {
    "publication": DAY_DONE,
    "refresh": Refresh.HOURLY,
    "interval_minutes": 60,
    "publication_lag": timedelta(hours=1),
}
DAILY: dict[str, Any] = {"publication": NEXT_DAY, "interval_minutes": 60, "publication_lag": timedelta(days=1)}
VERIFIED: dict[str, Any] = {"publication": NEXT_DAY, "revision_days": 7}
# Days that PJM keeps its fast datasets (as its list of feeds has it; secondary).
MONTH, HALF_MONTH = 30, 15
ONE_DAY = Ask(days_per_request=1, kept_days=MONTH)
FINE = Ask(days_per_request=1, through_midnight=True, kept_days=MONTH)
DRIFTING = Ask(through_midnight=True, kept_days=MONTH)
KEPT_A_MONTH = Ask(kept_days=MONTH)


def _feed(dataset: str, title: str, contract: Contract, **facts: object) -> Feed:
    constants = {**MARKET, **facts.pop("constants", {})}  # type: ignore[dict-item]
    key = facts.pop("key", "") or FEED_NAMES[dataset]
    return Feed(
        key=f"pjm_{key}",
        publisher="pjm",
        title=title,
        contract=contract,
        zone=ZONE,
        dataset=dataset,
        file_part=dataset,
        constants=constants,
        **{"request": Ask(), "pages": next_page, **facts},  # type: ignore[arg-type]
    )


def _lmp(dataset: str, title: str, run: str, archive_days: int, **facts: object) -> tuple[Feed, ...]:
    """Give one feed each for hubs, zones and all pricing nodes of a price dataset."""
    ids = dataset != "rt_unverified_hrl_lmps"
    kept = HALF_MONTH if dataset == "rt_unverified_fivemin_lmps" else None
    nodes = Ask(days_per_request=1, archive_days=archive_days, kept_days=kept)
    places: Mapping[str, tuple[str, dict[str, Any]]] = {
        "hub": ("hubs", _filtered(ids, HUB_PNODES, "HUB", archive_days, kept)),
        "zone": ("zones", _filtered(ids, ZONE_PNODES, "ZONE", archive_days, kept)),
        "node": ("all pricing nodes", {"request": nodes}),
    }
    return tuple(
        _feed(
            dataset, f"{title}, {words}", price_families.LMP, key=f"{LMP_FEEDS[dataset]}_{place}", parse=prices.lmp,
            constants={"market_run": run}, **own, **facts,
        )
        for place, (words, own) in places.items()
    )  # fmt: skip


def _filtered(
    ids: bool, pnodes: Mapping[str, str], kind: str, archive_days: int, kept: int | None
) -> dict[str, object]:
    filters = {"pnode_id": ";".join(pnodes.values())} if ids else {"type": kind}
    ask = Ask(filters=filters, archive_days=archive_days, kept_days=kept)
    return {"request": ask, "locations": HUBS if kind == "HUB" else ZONES}


RTD = {"market_run": "RTD"}
DAM = {"market_run": "DAM"}
REAL_TIME_HOURLY = {"market_run": "RT_HOURLY"}
REGULATION = {"market_run": "RTD"}

PRICES = (
    *_lmp("da_hrl_lmps", "Day-ahead hourly LMP", "DAM", HOURLY_ARCHIVE_DAYS, publication=DAY_AHEAD, interval_minutes=60,
          revision_days=7),
    *_lmp("rt_hrl_lmps", "Real-time hourly LMP, verified", "RT_HOURLY", HOURLY_ARCHIVE_DAYS, interval_minutes=60,
          publication_lag=timedelta(days=1), **VERIFIED),
    *_lmp("rt_fivemin_hrl_lmps", "Real-time five-minute LMP, verified", "RTD", FIVE_MINUTE_ARCHIVE_DAYS,
          interval_minutes=5, publication_lag=timedelta(days=1), **VERIFIED),
    *_lmp("rt_unverified_fivemin_lmps", "Real-time five-minute LMP, unverified", "RTD", FIVE_MINUTE_ARCHIVE_DAYS, **LIVE),
    *_lmp("rt_unverified_hrl_lmps", "Real-time hourly LMP, unverified", "RT_HOURLY", HOURLY_ARCHIVE_DAYS, **HOURLY),
    _feed("rt_fivemin_mnt_lmps", "Real-time five-minute LMP, settled", price_families.LMP, parse=prices.lmp,
          publication=SETTLED, interval_minutes=5, publication_lag=timedelta(days=40), constants=RTD,
          request=Ask(days_per_request=1, archive_days=FIVE_MINUTE_ARCHIVE_DAYS)),
    _feed("rt_da_monthly_lmps", "Day-ahead and real-time hourly LMP, settled", price_families.LMP,
          parse=prices.day_ahead_and_real_time, publication=SETTLED, interval_minutes=60,
          publication_lag=timedelta(days=40), constants={"market_run": "RT_HOURLY"},
          request=Ask(days_per_request=1, archive_days=HOURLY_ARCHIVE_DAYS)),
    _feed("five_min_itsced_lmps", "Look-ahead dispatch LMP", price_families.LMP, parse=prices.look_ahead,
          constants={"market_run": "RTC"}, request=ONE_DAY, **LIVE),
)  # fmt: skip

ANCILLARY = (
    _feed("ancillary_services", "Real-time hourly ancillary prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.long_prices, constants=REAL_TIME_HOURLY, revision_days=7, **DAILY),
    _feed("ancillary_services_fivemin_hrl", "Real-time five-minute ancillary prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.long_prices, constants=RTD, interval_minutes=5, publication_lag=timedelta(days=1), **VERIFIED),
    _feed("da_ancillary_services", "Day-ahead ancillary prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.long_prices, constants=DAM, publication=DAY_AHEAD, interval_minutes=60, revision_days=7),
    _feed("reserve_market_results", "Real-time reserve and regulation prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.reserve_prices, constants=RTD, interval_minutes=5, publication_lag=timedelta(days=1),
          also=("pjm_rt_reserve_quantities",), **VERIFIED),
    _feed("reserve_market_results", "Real-time reserve and regulation quantities", reserves.RESERVES,
          key="rt_reserve_quantities", parse=ancillary.reserve_quantities, constants=RTD, interval_minutes=5,
          publication=NEXT_DAY, request=None, note="comes with pjm_rt_reserve_prices"),
    _feed("da_reserve_market_results", "Day-ahead reserve prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.reserve_prices, constants=DAM, publication=DAY_AHEAD, interval_minutes=60,
          also=("pjm_dam_reserve_quantities",)),
    _feed("da_reserve_market_results", "Day-ahead reserve quantities", reserves.RESERVES, key="dam_reserve_quantities",
          parse=ancillary.reserve_quantities, constants=DAM, publication=DAY_AHEAD, interval_minutes=60, request=None,
          note="comes with pjm_dam_reserve_prices"),
    _feed("reg_market_results", "Regulation market: requirement, mileage, performance", operations.SYSTEM_FIGURES,
          parse=figures, publication=SETTLED, interval_minutes=60, publication_lag=timedelta(days=40), revision_days=60),
    _feed("reg_prices", "Five-minute regulation prices", price_families.ANCILLARY_PRICES, constants=RTD,
          parse=ancillary.regulation_prices, also=("pjm_regulation_quantities",), **LIVE),
    _feed("reg_prices", "Five-minute regulation bought and required", operations.SYSTEM_FIGURES,
          key="regulation_quantities", parse=figures, publication=DAY_DONE, interval_minutes=5, request=None,
          note="comes with pjm_regulation_prices"),
    _feed("reg_zone_prelim_bill", "Hourly regulation prices of the preliminary bill", price_families.ANCILLARY_PRICES,
          constants=REAL_TIME_HOURLY, parse=ancillary.regulation_prices, also=("pjm_regulation_billing",), **DAILY),
    _feed("reg_zone_prelim_bill", "Hourly regulation credits and quantities", operations.SYSTEM_FIGURES,
          key="regulation_billing", parse=figures, publication=NEXT_DAY, interval_minutes=60, request=None,
          note="comes with pjm_regulation_billing_prices"),
    _feed("dispatched_reserves", "Preliminary prices of dispatched reserves", price_families.ANCILLARY_PRICES,
          request=DRIFTING, constants=RTD, parse=ancillary.dispatched_prices,
          also=("pjm_dispatched_reserves_preliminary",), **LIVE),
    _feed("dispatched_reserves", "Dispatched reserves, preliminary", reserves.RESERVES, constants=RTD,
          key="dispatched_reserves_preliminary", parse=ancillary.dispatched_quantities, publication=DAY_DONE,
          interval_minutes=5, request=None, note="comes with pjm_dispatched_reserve_prices"),
    _feed("rt_dispatch_reserves", "Dispatched reserves, verified", reserves.RESERVES, constants=RTD,
          parse=ancillary.dispatched_quantities, interval_minutes=5, publication_lag=timedelta(days=1), **VERIFIED),
    _feed("operational_reserves", "Reserves held, every fifteen seconds", operations.SYSTEM_FIGURES, parse=figures,
          request=FINE, **{**LIVE, "interval_minutes": None}),
)  # fmt: skip

LOAD = (
    _feed("hrl_load_metered", "Metered load, hourly", power_families.LOAD, parse=power.metered_load, revision_days=90,
          locations=tuple(LOAD_AREAS), **DAILY),
    _feed("hrl_load_prelim", "Preliminary load, hourly", power_families.LOAD, parse=power.preliminary_load, **DAILY),
    _feed("inst_load", "Instantaneous load", power_families.LOAD, parse=power.instantaneous_load,
          request=DRIFTING, locations=INSTANT_LOAD_AREAS, **LIVE),
    _feed("load_frcstd_7_day", "Load forecast, seven days ahead", power_families.LOAD_FORECAST, parse=power.load_forecast,
          publication=Publication(time(1), 0), refresh=Refresh.HOURLY, interval_minutes=60, request=snapshot,
          cadence=Cadence.SNAPSHOT),
    _feed("load_frcstd_hist", "Load forecasts of the past, every issue", power_families.LOAD_FORECAST,
          parse=power.load_forecast, request=Ask(stamp="forecast_hour_beginning"), **DAILY),
    _feed("very_short_load_frcst", "Load forecast, two hours by five minutes", power_families.LOAD_FORECAST,
          parse=power.load_forecast, request=Ask(stamp="evaluated_at", days_per_request=1, kept_days=MONTH), **LIVE),
    _feed("ops_sum_prev_period", "Load of the previous day by area", power_families.LOAD, parse=power.operations_load,
          also=("pjm_operations_load_forecast", "pjm_operations_dispatch_rates"),
          request=Ask(stamp="generated_at", sort="generated_at_ept"), **DAILY),
    _feed("ops_sum_prev_period", "Load forecast set beside the previous day", power_families.LOAD_FORECAST,
          key="operations_load_forecast", parse=power.operations_load_forecast, publication=NEXT_DAY, interval_minutes=60,
          request=None, note="comes with pjm_operations_load"),
    _feed("ops_sum_prev_period", "Dispatch rates of the previous day", operations.SYSTEM_FIGURES,
          key="operations_dispatch_rates", parse=figures, publication=NEXT_DAY, interval_minutes=60, request=None,
          note="comes with pjm_operations_load"),
    *(
        _feed(dataset, title, operations.SYSTEM_FIGURES, parse=figures, publication=Publication(time(8, 5), 0),
              interval_minutes=60, request=Ask(stamp="generated_at", sort="generated_at_ept"))
        for dataset, title in (
            ("ops_sum_frcst_peak_rto", "Capacity and load expected at the day's peak, whole system"),
            ("ops_sum_frcst_peak_area", "Capacity and load expected at the day's peak, by area"),
            ("ops_sum_prjctd_tie_flow", "Scheduled tie flow expected at the day's peak"),
        )
    ),
)  # fmt: skip

GENERATION = (
    _feed("gen_by_fuel", "Generation by fuel, hourly", power_families.GENERATION, parse=power.fuel_mix,
          locations=(SYSTEM,), rows_per_location=len(FUELS), **HOURLY),
    _feed("solar_gen", "Solar generation by area, hourly", power_families.GENERATION, parse=power.renewable_output,
          constants={"fuel": "solar"}, **DAILY),
    _feed("wind_gen", "Wind generation by area, hourly", power_families.GENERATION, parse=power.renewable_output,
          constants={"fuel": "wind"}, **DAILY),
    _feed("five_min_solar_generation", "Solar generation, five-minute", power_families.GENERATION,
          parse=power.renewable_output, constants={"fuel": "solar"}, locations=(SYSTEM,), request=KEPT_A_MONTH,
          **LIVE),
    _feed("instantaneous_wind_gen", "Wind generation, every fifteen seconds", power_families.GENERATION,
          parse=power.renewable_output, constants={"fuel": "wind"}, request=FINE, **{**LIVE, "interval_minutes": None}),
    *(
        _feed(dataset, title, power_families.GENERATION_FORECAST, parse=power.renewable_forecast,
              publication=Publication(time(1), 0), refresh=refresh, interval_minutes=minutes,
              request=Ask(stamp="evaluated_at", days_per_request=1, kept_days=MONTH))
        for dataset, title, refresh, minutes in (
            ("hourly_solar_power_forecast", "Solar forecast, hourly", Refresh.HOURLY, 60),
            ("five_min_solar_power_forecast", "Solar forecast, five-minute", Refresh.FIVE_MINUTES, 5),
            ("hourly_wind_power_forecast", "Wind forecast, hourly", Refresh.HOURLY, 60),
            ("five_min_wind_power_forecast", "Wind forecast, five-minute", Refresh.FIVE_MINUTES, 5),
        )
    ),
    _feed("day_gen_capacity", "Generation capacity offered and committed", operations.SYSTEM_FIGURES, parse=figures,
          request=Ask(stamp="bid_datetime_beginning"), **DAILY),
    _feed("gen_outages_by_type", "Generation out for seven days, by cause", grid.OUTAGES, parse=power.outages_by_type,
          publication=Publication(time(6), 0), request=Ask(stamp="forecast_execution_date", sort="forecast_execution_date_ept")),
    _feed("frcstd_gen_outages", "Generation forecast to be out for ninety days", grid.OUTAGES,
          parse=power.outage_forecast, publication=Publication(time(6), 0),
          request=Ask(stamp="forecast_execution_date", sort="forecast_execution_date_ept")),
    _feed("fivemin_marginal_emissions", "Marginal emission rates, five-minute", operations.SYSTEM_FIGURES,
          parse=power.emissions, request=Ask(days_per_request=1, archive_days=FIVE_MINUTE_ARCHIVE_DAYS), **LIVE),
)  # fmt: skip

NETWORK = (
    _feed("da_marginal_value", "Day-ahead constraints and shadow prices", grid.CONSTRAINTS, parse=network.constraints,
          constants=DAM, publication=DAY_AHEAD, interval_minutes=60),
    _feed("rt_marginal_value", "Real-time constraints and shadow prices", grid.CONSTRAINTS, parse=network.constraints,
          constants=RTD, interval_minutes=5, publication_lag=timedelta(days=1), also=("pjm_rt_constraint_limits",),
          **VERIFIED),
    _feed("rt_marginal_value", "Penalty factors and limit control of real-time constraints", operations.SYSTEM_FIGURES,
          key="rt_constraint_limits", parse=figures, publication=NEXT_DAY, interval_minutes=5, request=None,
          note="comes with pjm_rt_constraints"),
    _feed("da_transconstraints", "Day-ahead congestion events", grid.CONSTRAINTS, parse=network.constraints,
          constants=DAM, publication=DAY_AHEAD, interval_minutes=60),
    _feed("transmission_limits", "Transmission limits that bind now", grid.CONSTRAINTS, parse=network.constraints,
          constants=RTD, request=KEPT_A_MONTH, **LIVE),
    *(
        _feed(dataset, title, grid.INTERCHANGE, parse=network.flows, **times)
        for dataset, title, times in (
            ("five_min_tie_flows", "Tie flows, actual and scheduled", {**LIVE, "request": DRIFTING}),
            ("act_sch_interchange", "Interchange by tie line: actual, scheduled, inadvertent", DAILY),
            ("rt_scheduled_interchange", "Scheduled interchange by tie line", DAILY),
            ("state_net_interchange", "Net exports by state", DAILY),
            ("transfer_limits_and_flows", "Transfer limits and flows, hourly", DAILY),
            ("transfer_interface_infor", "Transfer interfaces, five-minute", {**LIVE, "request": KEPT_A_MONTH}),
            ("da_interface_flows_and_limits", "Day-ahead interface flows and limits",
             {"publication": DAY_AHEAD, "interval_minutes": 60}),
        )
    ),
    _feed("area_control_error", "Area control error", operations.SYSTEM_FIGURES, parse=figures, request=FINE,
          **{**LIVE, "interval_minutes": None}),
    _feed("inst_dispatch_rates", "Dispatch rates by zone, every fifteen seconds", operations.SYSTEM_FIGURES, parse=figures,
          request=FINE, **{**LIVE, "interval_minutes": None}),
    _feed("sync_reserve_events", "Calls of synchronized reserve", grid.OPERATING_NOTICES, parse=network.reserve_events,
          publication=DAY_DONE, refresh=Refresh.HOURLY, request=Ask(stamp="event_start", sort="event_start_ept")),
    _feed("fivemin_pai_interval", "Performance assessment intervals", grid.OPERATING_NOTICES, parse=network.assessment,
          **LIVE),
    _feed("pnode", "Pricing nodes", grid.LOCATIONS, parse=lists.pnodes, publication=Publication(time(6), 0),
          request=snapshot, cadence=Cadence.SNAPSHOT),
    _feed("agg_definitions", "Members of aggregates, hubs and zones", grid.LOCATION_MEMBERS,
          parse=lists.aggregate_members, publication=Publication(time(6), 0), request=snapshot,
          cadence=Cadence.SNAPSHOT),
)  # fmt: skip

BIDS = (
    _feed("hrl_dmd_bids", "Day-ahead demand bids by area", operations.BID_VOLUMES, parse=bids.demand, constants=DAM,
          **DAILY),
    _feed("hrl_da_incs_decs", "Increments and decrements bid, by price", operations.BID_VOLUMES, constants=DAM,
          parse=bids.virtual_curves, publication=FOUR_MONTHS_LATE, interval_minutes=60,
          request=Ask(stamp="bid_datetime_beginning", days_per_request=7)),
    _feed("day_inc_dec_utc", "Virtuals cleared in a day", bid_families.VIRTUAL_AWARDS, constants=DAM,
          parse=bids.virtuals_cleared, publication=NEXT_DAY,
          request=AskByColumn("day_ahead_market_date", moment_range, months=True)),
    _feed("ftr_bids_mnt", "Bids of monthly FTR auctions", auctions.FTR_AUCTIONS, parse=bids.ftr_bids,
          publication=FOUR_MONTHS_LATE, cadence=Cadence.MONTHLY,
          request=AskByColumn("market_name", monthly_auction, months=True)),
    *(
        _feed(dataset, title, auctions.FTR_AUCTIONS, parse=bids.ftr_bids, publication=FOUR_MONTHS_LATE,
              cadence=Cadence.MONTHLY, request=AskByColumn("market_name", name, months=True),
              note="names of auctions and columns are unverified")
        for dataset, title, name in (
            ("ftr_bids_annual", "Bids of annual FTR auctions", annual_auction),
            ("ftr_bids_long_term", "Bids of long-term FTR auctions", long_term_auction),
        )
    ),
    _feed("ftr_cong_lmp", "Congestion prices by FTR class, realised and simulated", auctions.FTR_CONGESTION,
          parse=bids.ftr_congestion, publication=SETTLED, cadence=Cadence.MONTHLY,
          request=AskByColumn("effective_day", day_range, months=True)),
    _feed("rpm_auction_results", "Capacity auctions, base residual and incremental", auctions.CAPACITY_AUCTIONS,
          key="capacity_auctions", parse=capacity.auction_results, publication=Publication(time(17), 0),
          cadence=Cadence.MONTHLY, request=auction_workbook, pages=None),
)  # fmt: skip

FEEDS = (*PRICES, *ANCILLARY, *LOAD, *GENERATION, *NETWORK, *BIDS)

PJM = Publisher(
    key="pjm",
    name="PJM Interconnection",
    base_url=BASE_URL,
    pace_seconds=NON_MEMBER_PACE_SECONDS,
    pace_with={"pjm_key": NON_MEMBER_PACE_SECONDS, "pjm_member_key": MEMBER_PACE_SECONDS},
    feeds=FEEDS,
    recognise=recognise,
    sign=sign,
)
