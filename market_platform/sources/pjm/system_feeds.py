"""PJM's feeds of generation, network, bids, rights and lists, a row each."""

from datetime import time, timedelta

from market_platform.contracts.families import auctions, grid, operations
from market_platform.contracts.families import bids as bid_families
from market_platform.contracts.families import power as power_families
from market_platform.markets.pjm import (
    FUELS,
    SYSTEM,
)
from market_platform.sources.feed import Cadence, Publication, Refresh
from market_platform.sources.pjm import bids, capacity, lists, network, power, rights, rights_results
from market_platform.sources.pjm.declare import (
    DAILY,
    DAM,
    DAY_AHEAD,
    DAY_DONE,
    DRIFTING,
    FINE,
    FOUR_MONTHS_LATE,
    HOURLY,
    KEPT_A_MONTH,
    LIVE,
    MONTH,
    NEXT_DAY,
    RTD,
    SETTLED,
    VERIFIED,
    feed,
)
from market_platform.sources.pjm.figures import figures
from market_platform.sources.pjm.requests import (
    FIVE_MINUTE_ARCHIVE_DAYS,
    Ask,
    AskByColumn,
    annual_auction,
    auction_workbook,
    day_range,
    long_term_auction,
    moment_range,
    monthly_auction,
    snapshot,
)

FIRST_ISSUE = Publication(time(1), 0)
GENERATION = (
    feed("gen_by_fuel", "Generation by fuel, hourly", power_families.GENERATION, parse=power.fuel_mix,
          locations=(SYSTEM,), rows_per_location=len(FUELS), **HOURLY),
    feed("solar_gen", "Solar generation by area, hourly", power_families.GENERATION, parse=power.renewable_output,
          constants={"fuel": "solar"}, **DAILY),
    feed("wind_gen", "Wind generation by area, hourly", power_families.GENERATION, parse=power.renewable_output,
          constants={"fuel": "wind"}, **DAILY),
    feed("five_min_solar_generation", "Solar generation, five-minute", power_families.GENERATION,
          parse=power.renewable_output, constants={"fuel": "solar"}, locations=(SYSTEM,), request=KEPT_A_MONTH,
          **LIVE),
    feed("instantaneous_wind_gen", "Wind generation, every fifteen seconds", power_families.GENERATION,
          parse=power.renewable_output, constants={"fuel": "wind"}, request=FINE, **{**LIVE, "interval_minutes": None}),
    *(
        feed(dataset, title, power_families.GENERATION_FORECAST, parse=power.renewable_forecast,
              publication=publication, refresh=refresh, interval_minutes=minutes,
              request=Ask(stamp="evaluated_at", days_per_request=1, kept_days=MONTH))
        # The hourly ones go from the hour of issue on; the finer ones look some hours ahead: a day is whole when it is over.
        for dataset, title, refresh, minutes, publication in (
            ("hourly_solar_power_forecast", "Solar forecast, hourly", Refresh.HOURLY, None, FIRST_ISSUE),
            ("five_min_solar_power_forecast", "Solar forecast, five-minute", Refresh.FIVE_MINUTES, 5, DAY_DONE),
            ("hourly_wind_power_forecast", "Wind forecast, hourly", Refresh.HOURLY, None, FIRST_ISSUE),
            ("five_min_wind_power_forecast", "Wind forecast, five-minute", Refresh.FIVE_MINUTES, 5, DAY_DONE),
        )
    ),
    feed("day_gen_capacity", "Generation capacity offered and committed", operations.SYSTEM_FIGURES, parse=figures,
          request=Ask(stamp="bid_datetime_beginning"), **DAILY),
    feed("gen_outages_by_type", "Generation out for seven days, by cause", grid.OUTAGES, parse=power.outages_by_type,
          publication=Publication(time(6), 0), request=Ask(stamp="forecast_execution_date", sort="forecast_execution_date_ept")),
    feed("frcstd_gen_outages", "Generation forecast to be out for ninety days", grid.OUTAGES,
          parse=power.outage_forecast, publication=Publication(time(6), 0),
          request=Ask(stamp="forecast_execution_date", sort="forecast_execution_date_ept")),
    feed("fivemin_marginal_emissions", "Marginal emission rates, five-minute", operations.SYSTEM_FIGURES,
          parse=power.emissions, request=Ask(days_per_request=1, archive_days=FIVE_MINUTE_ARCHIVE_DAYS), **LIVE),
)  # fmt: skip

NETWORK = (
    feed("da_marginal_value", "Day-ahead constraints and shadow prices", grid.CONSTRAINTS, parse=network.constraints,
          constants=DAM, publication=DAY_AHEAD, interval_minutes=60, sparse=True),
    feed("rt_marginal_value", "Real-time constraints and shadow prices", grid.CONSTRAINTS, parse=network.constraints,
          constants=RTD, interval_minutes=5, sparse=True, publication_lag=timedelta(days=1), also=("pjm_rt_constraint_limits",),
          **VERIFIED),
    feed("rt_marginal_value", "Penalty factors and limit control of real-time constraints", operations.SYSTEM_FIGURES,
          key="rt_constraint_limits", parse=figures, publication=NEXT_DAY, interval_minutes=5, request=None, sparse=True,
          note="comes with pjm_rt_constraints"),
    feed("da_transconstraints", "Day-ahead congestion events", grid.CONSTRAINTS, parse=network.constraints,
          constants=DAM, publication=DAY_AHEAD, interval_minutes=60, sparse=True),
    feed("transmission_limits", "Transmission limits that bind now", grid.CONSTRAINTS, parse=network.constraints,
          constants=RTD, request=KEPT_A_MONTH, sparse=True, **LIVE),
    *(
        feed(dataset, title, grid.INTERCHANGE, parse=network.flows, **times)
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
    feed("area_control_error", "Area control error", operations.SYSTEM_FIGURES, parse=figures, request=FINE,
          **{**LIVE, "interval_minutes": None}),
    feed("inst_dispatch_rates", "Dispatch rates by zone, every fifteen seconds", operations.SYSTEM_FIGURES, parse=figures,
          request=FINE, **{**LIVE, "interval_minutes": None}),
    feed("sync_reserve_events", "Calls of synchronized reserve", grid.OPERATING_NOTICES, parse=network.reserve_events,
          publication=DAY_DONE, refresh=Refresh.HOURLY, request=Ask(stamp="event_start", sort="event_start_ept")),
    feed("fivemin_pai_interval", "Performance assessment intervals", grid.OPERATING_NOTICES, parse=network.assessment,
          **LIVE),
    feed("pnode", "Pricing nodes", grid.LOCATIONS, parse=lists.pnodes, publication=Publication(time(6), 0),
          request=snapshot, cadence=Cadence.SNAPSHOT),
    feed("agg_definitions", "Members of aggregates, hubs and zones", grid.LOCATION_MEMBERS,
          parse=lists.aggregate_members, publication=Publication(time(6), 0), request=snapshot,
          cadence=Cadence.SNAPSHOT),
    *(
        feed(f"sync_pri_reserves_{kind}_list", f"{kind.capitalize()} of the subzones of reserves", grid.LOCATION_MEMBERS,
              parse=lists.subzone_members, publication=Publication(time(6), 0), request=snapshot, cadence=Cadence.SNAPSHOT)
        for kind in ("resources", "buses")
    ),
)  # fmt: skip

BIDS = (
    feed("hrl_dmd_bids", "Day-ahead demand bids by area", operations.BID_VOLUMES, parse=bids.demand, constants=DAM,
          **DAILY),
    feed("hrl_da_incs_decs", "Increments and decrements bid, by price", operations.BID_VOLUMES, constants=DAM,
          parse=bids.virtual_curves, publication=FOUR_MONTHS_LATE, interval_minutes=60,
          request=Ask(stamp="bid_datetime_beginning", days_per_request=7)),
    feed("day_inc_dec_utc", "Virtuals cleared in a day", bid_families.VIRTUAL_AWARDS, constants=DAM,
          parse=bids.virtuals_cleared, publication=NEXT_DAY,
          request=AskByColumn("day_ahead_market_date", moment_range, months=True)),
    feed("ftr_bids_mnt", "Bids of monthly FTR auctions", auctions.FTR_AUCTIONS, parse=rights.ftr_bids,
          publication=FOUR_MONTHS_LATE, cadence=Cadence.MONTHLY,
          request=AskByColumn("market_name", monthly_auction, months=True)),
    *(
        feed(dataset, title, auctions.FTR_AUCTIONS, parse=rights.ftr_bids, publication=FOUR_MONTHS_LATE,
              cadence=Cadence.MONTHLY, request=AskByColumn("market_name", name, months=True),
              note="names of auctions and columns are unverified")
        for dataset, title, name in (
            ("ftr_bids_annual", "Bids of annual FTR auctions", annual_auction),
            ("ftr_bids_long_term", "Bids of long-term FTR auctions", long_term_auction),
        )
    ),
    feed("ftr-auction-results", "Results of FTR auctions by path", auctions.FTR_AUCTIONS, key="ftr_results",
          parse=rights_results.results, publication=Publication(time(17), 0), cadence=Cadence.MONTHLY, request=None, pages=None,
          note="from a member's own download of the FTR Center: XML, or CSV whose headings are unverified; owners are not kept"),
    feed("ftr_cong_lmp", "Congestion prices by FTR class, realised and simulated", auctions.FTR_CONGESTION,
          parse=rights.ftr_congestion, publication=SETTLED, cadence=Cadence.MONTHLY,
          request=AskByColumn("effective_day", day_range, months=True)),
    feed("rpm_auction_results", "Capacity auctions, base residual and incremental", auctions.CAPACITY_AUCTIONS,
          key="capacity_auctions", parse=capacity.auction_results, publication=Publication(time(17), 0),
          cadence=Cadence.MONTHLY, request=auction_workbook, pages=None),
)  # fmt: skip
