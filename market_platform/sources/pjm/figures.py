"""PJM's single figures: control error, dispatch rates, reserves held, regulation statistics, peak outlooks, capacity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from market_platform.markets.pjm import SYSTEM
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import read
from market_platform.sources.pjm.rows import finish, fixed, intervals, issued_at, stacked


@dataclass(frozen=True)
class Layout:
    """Which columns of a dataset are figures, in which unit, of which place and subject; ``issued`` where it has issues."""

    units: Mapping[str, str] = field(default_factory=dict)
    location: str | None = None
    subject: str | None = None
    issued: bool = False


def _mw(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "MW")


LAYOUTS: dict[str, Layout] = {
    "area_control_error": Layout(_mw("ace_mw")),
    "inst_dispatch_rates": Layout({"dispatch_rate": "USD/MWh"}, location="zone"),
    "operational_reserves": Layout(_mw("reserve_mw"), subject="reserve_name"),
    "day_gen_capacity": Layout(_mw("eco_max", "emerg_max", "total_committed")),
    "ops_sum_prev_period": Layout({"dispatch_rate": "USD/MWh"}, location="area", issued=True),
    "ops_sum_frcst_peak_rto": Layout(
        _mw(
            "load_forecast", "internal_scheduled_capacity", "scheduled_tie_flow_total", "capacity_adjustments",
            "total_scheduled_capacity", "operating_reserve", "unscheduled_steam_capacity",
        ),
        location="area",
        issued=True,
    ),
    "ops_sum_frcst_peak_area": Layout(
        _mw("pjm_load_forecast", "internal_scheduled_capacity", "unscheduled_steam_capacity"), location="area", issued=True
    ),
    "ops_sum_prjctd_tie_flow": Layout(_mw("scheduled_tie_flow"), location="interface", issued=True),
    "reg_market_results": Layout(
        {
            **_mw(
                "requirement", "regd_ssmw", "rega_ssmw", "regd_procure", "rega_procure", "total_mw", "deficiency", "reg_ssmw",
                "reg_procure",
            ),
            **dict.fromkeys(("rto_perfscore", "rega_mileage", "regd_mileage", "reg_mileage"), "ratio"),
            **dict.fromkeys(("rega_hourly", "regd_hourly", "reg_hourly"), "ratio"),
        }
    ),
    "reg_zone_prelim_bill": Layout(
        {
            "total_pjm_rt_load_mwh": "MWh",
            **dict.fromkeys(("total_pjm_loc_credit", "total_pjm_rmccp_cr", "total_pjm_rmpcp_cr"), "USD"),
            **_mw("total_pjm_reg_purchases", "total_pjm_self_sched_reg", "total_pjm_assigned_reg"),
        }
    ),
    "reg_prices": Layout(_mw("reserve_quantity", "reserve_requirement"), location="area"),
    "rt_marginal_value": Layout(
        {"transmission_constraint_penalty_factor": "USD/MWh", "limit_control_percentage": "percent"},
        location="monitored_facility",
        subject="contingency_facility",
    ),
}  # fmt: skip


def figures(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read a dataset's figures, one row a line and figure; a column that a file does not fill gives none."""
    table = read(payloads, DATASETS[feed.dataset])
    layout = LAYOUTS[feed.dataset]
    rows = intervals(feed, table).assign(
        **fixed(feed, len(table)),
        issued_at=issued_at(feed, table) if layout.issued else pd.Series(pd.NaT, table.index, "datetime64[us, UTC]"),
        location=table[layout.location] if layout.location else SYSTEM,
        subject=table[layout.subject] if layout.subject else "",
    )
    filled = [name for name in layout.units if table[name].notna().any()] or [next(iter(layout.units))]
    frames = [rows.assign(figure=name, value=table[name], unit=layout.units[name]) for name in filled]
    return finish(feed, stacked(frames))
