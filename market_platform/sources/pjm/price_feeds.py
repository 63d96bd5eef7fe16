"""PJM's feeds of prices, ancillary services and load, a row each."""

from datetime import time, timedelta

from market_platform.contracts.families import operations, reserves
from market_platform.contracts.families import power as power_families
from market_platform.contracts.families import prices as price_families
from market_platform.markets.pjm import (
    INSTANT_LOAD_AREAS,
    LOAD_AREAS,
)
from market_platform.sources.feed import Cadence, Publication, Refresh
from market_platform.sources.pjm import ancillary, power, prices
from market_platform.sources.pjm.declare import (
    DAILY,
    DAM,
    DAY_AHEAD,
    DAY_DONE,
    DRIFTING,
    FINE,
    HOURLY,
    LIVE,
    MONTH,
    NEXT_DAY,
    ONE_DAY,
    REAL_TIME_HOURLY,
    RTD,
    SETTLED,
    VERIFIED,
    feed,
    lmp_feeds,
)
from market_platform.sources.pjm.figures import figures
from market_platform.sources.pjm.requests import (
    FIVE_MINUTE_ARCHIVE_DAYS,
    HOURLY_ARCHIVE_DAYS,
    Ask,
    snapshot,
)

PRICES = (
    *lmp_feeds("da_hrl_lmps", "Day-ahead hourly LMP", "DAM", HOURLY_ARCHIVE_DAYS, publication=DAY_AHEAD, interval_minutes=60,
          revision_days=7),
    *lmp_feeds("rt_hrl_lmps", "Real-time hourly LMP, verified", "RT_HOURLY", HOURLY_ARCHIVE_DAYS, interval_minutes=60,
          publication_lag=timedelta(days=1), **VERIFIED),
    *lmp_feeds("rt_fivemin_hrl_lmps", "Real-time five-minute LMP, verified", "RTD", FIVE_MINUTE_ARCHIVE_DAYS,
          interval_minutes=5, publication_lag=timedelta(days=1), **VERIFIED),
    *lmp_feeds("rt_unverified_fivemin_lmps", "Real-time five-minute LMP, unverified", "RTD", FIVE_MINUTE_ARCHIVE_DAYS, **LIVE),
    *lmp_feeds("rt_unverified_hrl_lmps", "Real-time hourly LMP, unverified", "RT_HOURLY", HOURLY_ARCHIVE_DAYS, **HOURLY),
    feed("rt_fivemin_mnt_lmps", "Real-time five-minute LMP, settled", price_families.LMP, parse=prices.lmp,
          publication=SETTLED, interval_minutes=5, publication_lag=timedelta(days=40), constants=RTD,
          request=Ask(days_per_request=1, archive_days=FIVE_MINUTE_ARCHIVE_DAYS)),
    feed("rt_da_monthly_lmps", "Day-ahead and real-time hourly LMP, settled", price_families.LMP,
          parse=prices.day_ahead_and_real_time, publication=SETTLED, interval_minutes=60,
          publication_lag=timedelta(days=40), constants={"market_run": "RT_HOURLY"},
          request=Ask(days_per_request=1, archive_days=HOURLY_ARCHIVE_DAYS)),
    feed("five_min_itsced_lmps", "Look-ahead dispatch LMP", price_families.LMP, parse=prices.look_ahead,
          constants={"market_run": "RTC"}, request=ONE_DAY, **LIVE),
)  # fmt: skip

ANCILLARY = (
    feed("ancillary_services", "Real-time hourly ancillary prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.long_prices, constants=REAL_TIME_HOURLY, revision_days=7, **DAILY),
    feed("ancillary_services_fivemin_hrl", "Real-time five-minute ancillary prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.long_prices, constants=RTD, interval_minutes=5, publication_lag=timedelta(days=1), **VERIFIED),
    feed("da_ancillary_services", "Day-ahead ancillary prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.long_prices, constants=DAM, publication=DAY_AHEAD, interval_minutes=60, revision_days=7),
    feed("reserve_market_results", "Real-time reserve and regulation prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.reserve_prices, constants=RTD, interval_minutes=5, publication_lag=timedelta(days=1),
          also=("pjm_rt_reserve_quantities",), **VERIFIED),
    feed("reserve_market_results", "Real-time reserve and regulation quantities", reserves.RESERVES,
          key="rt_reserve_quantities", parse=ancillary.reserve_quantities, constants=RTD, interval_minutes=5,
          publication=NEXT_DAY, request=None, note="comes with pjm_rt_reserve_prices"),
    feed("da_reserve_market_results", "Day-ahead reserve prices", price_families.ANCILLARY_PRICES,
          parse=ancillary.reserve_prices, constants=DAM, publication=DAY_AHEAD, interval_minutes=60,
          also=("pjm_dam_reserve_quantities",)),
    feed("da_reserve_market_results", "Day-ahead reserve quantities", reserves.RESERVES, key="dam_reserve_quantities",
          parse=ancillary.reserve_quantities, constants=DAM, publication=DAY_AHEAD, interval_minutes=60, request=None,
          note="comes with pjm_dam_reserve_prices"),
    feed("reg_market_results", "Regulation market: requirement, mileage, performance", operations.SYSTEM_FIGURES,
          parse=figures, publication=SETTLED, interval_minutes=60, publication_lag=timedelta(days=40), revision_days=60),
    feed("reg_prices", "Five-minute regulation prices", price_families.ANCILLARY_PRICES, constants=RTD,
          parse=ancillary.regulation_prices, also=("pjm_regulation_quantities",), **LIVE),
    feed("reg_prices", "Five-minute regulation bought and required", operations.SYSTEM_FIGURES,
          key="regulation_quantities", parse=figures, publication=DAY_DONE, interval_minutes=5, request=None,
          note="comes with pjm_regulation_prices"),
    feed("reg_zone_prelim_bill", "Hourly regulation prices of the preliminary bill", price_families.ANCILLARY_PRICES,
          constants=REAL_TIME_HOURLY, parse=ancillary.regulation_prices, also=("pjm_regulation_billing",), **DAILY),
    feed("reg_zone_prelim_bill", "Hourly regulation credits and quantities", operations.SYSTEM_FIGURES,
          key="regulation_billing", parse=figures, publication=NEXT_DAY, interval_minutes=60, request=None,
          note="comes with pjm_regulation_billing_prices"),
    feed("dispatched_reserves", "Preliminary prices of dispatched reserves", price_families.ANCILLARY_PRICES,
          request=DRIFTING, constants=RTD, parse=ancillary.dispatched_prices,
          also=("pjm_dispatched_reserves_preliminary",), **LIVE),
    feed("dispatched_reserves", "Dispatched reserves, preliminary", reserves.RESERVES, constants=RTD,
          key="dispatched_reserves_preliminary", parse=ancillary.dispatched_quantities, publication=DAY_DONE,
          interval_minutes=5, request=None, note="comes with pjm_dispatched_reserve_prices"),
    feed("rt_dispatch_reserves", "Dispatched reserves, verified", reserves.RESERVES, constants=RTD,
          parse=ancillary.dispatched_quantities, interval_minutes=5, publication_lag=timedelta(days=1), **VERIFIED),
    feed("operational_reserves", "Reserves held, every fifteen seconds", operations.SYSTEM_FIGURES, parse=figures,
          request=FINE, **{**LIVE, "interval_minutes": None}),
)  # fmt: skip

LOAD = (
    feed("hrl_load_metered", "Metered load, hourly", power_families.LOAD, parse=power.metered_load, revision_days=90,
          locations=tuple(LOAD_AREAS), **DAILY),
    feed("hrl_load_prelim", "Preliminary load, hourly", power_families.LOAD, parse=power.preliminary_load, **DAILY),
    feed("inst_load", "Instantaneous load", power_families.LOAD, parse=power.instantaneous_load,
          request=DRIFTING, locations=INSTANT_LOAD_AREAS, **LIVE),
    feed("load_frcstd_7_day", "Load forecast, seven days ahead", power_families.LOAD_FORECAST, parse=power.load_forecast,
          publication=Publication(time(1), 0), refresh=Refresh.HOURLY, interval_minutes=60, request=snapshot,
          cadence=Cadence.SNAPSHOT),
    feed("load_frcstd_hist", "Load forecasts of the past, every issue", power_families.LOAD_FORECAST,
          parse=power.load_forecast, request=Ask(stamp="forecast_hour_beginning"), **DAILY),
    feed("very_short_load_frcst", "Load forecast, two hours by five minutes", power_families.LOAD_FORECAST,
          parse=power.load_forecast, request=Ask(stamp="evaluated_at", days_per_request=1, kept_days=MONTH), **LIVE),
    feed("ops_sum_prev_period", "Load of the previous day by area", power_families.LOAD, parse=power.operations_load,
          also=("pjm_operations_load_forecast", "pjm_operations_dispatch_rates"),
          request=Ask(stamp="generated_at", sort="generated_at_ept"), **DAILY),
    feed("ops_sum_prev_period", "Load forecast set beside the previous day", power_families.LOAD_FORECAST,
          key="operations_load_forecast", parse=power.operations_load_forecast, publication=NEXT_DAY, interval_minutes=60,
          request=None, note="comes with pjm_operations_load"),
    feed("ops_sum_prev_period", "Dispatch rates of the previous day", operations.SYSTEM_FIGURES,
          key="operations_dispatch_rates", parse=figures, publication=NEXT_DAY, interval_minutes=60, request=None,
          note="comes with pjm_operations_load"),
    *(
        feed(dataset, title, operations.SYSTEM_FIGURES, parse=figures, publication=Publication(time(8, 5), 0),
              request=Ask(stamp="generated_at", sort="generated_at_ept"))
        for dataset, title in (
            ("ops_sum_frcst_peak_rto", "Capacity and load expected at the day's peak, whole system"),
            ("ops_sum_frcst_peak_area", "Capacity and load expected at the day's peak, by area"),
            ("ops_sum_prjctd_tie_flow", "Scheduled tie flow expected at the day's peak"),
        )
    ),
)  # fmt: skip
