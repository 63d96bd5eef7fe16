"""CAISO's feeds that are read by what their rows say of themselves, a row each.

Versions are those of a public catalogue of OASIS reports (second-hand, from the interface specification of 2019) and, for
the groups of ties, of the public client. Names of figures are unverified: whatever comes is kept under its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from market_platform.contracts.families.operations import SYSTEM_FIGURES
from market_platform.errors import NotPublishedYet
from market_platform.sources.caiso import chart_pages
from market_platform.sources.caiso.columns import RIGHTS_PRICES
from market_platform.sources.caiso.declare import BIDS_OUT, DAILY, DAY_AHEAD, QUARTERS, caiso_feed
from market_platform.sources.caiso.described import counted_figures, figures
from market_platform.sources.caiso.oasis import read_report
from market_platform.sources.caiso.requests import (
    RENEWABLES_REPORT,
    STORAGE_REPORT,
    XML_IN_ZIP,
    Ask,
    Span,
    renewables_report_page,
    storage_report_page,
)
from market_platform.sources.feed import Feed, Publication, Unread
from market_platform.sources.payload import Payload, Request

NOTE = "asked for as XML, which describes itself; names of figures are unverified"
EVERY_RIGHT = {"market_name": "ALL", "market_term": "ALL", "time_of_use": "ALL"}
CLEARING, INVENTORY = "CRR_CLEARING", "CRR_INVENTORY"


def inventory_of_each_market(
    _feed: Feed, request: Request, payloads: Sequence[Payload], _unread: Unread
) -> list[Request] | None:
    """Return one request for each market that the clearing prices name: the inventory is only given by market."""
    if request.params["queryname"] != CLEARING:
        return None
    names = sorted(read_report(RIGHTS_PRICES, payloads)["auction"].dropna().astype(str).unique())
    if not names:
        raise NotPublishedYet(f"{request.file_name}: no market of rights is named there; it is asked for again later")
    return [
        replace(
            request,
            file_name=request.file_name.replace(CLEARING, f"{INVENTORY}_{name}"),
            params={**request.params, "queryname": INVENTORY, "market_name": name, "resultformat": XML_IN_ZIP},
        )
        for name in names
    ]


RAMP_FEEDS: tuple[Feed, ...] = tuple(
    caiso_feed(f"{name}_{stem}", f"{title}, {length}", SYSTEM_FIGURES, query, run, parse=figures, note=NOTE, **QUARTERS,
               request=Ask(query, version, {"market_run_id": run, "baa_grp_id": "ALL"}, Span.DAY, form=XML_IN_ZIP))
    for query, stem, title, version in (
        ("PRC_FLEX_RAMP", "ramp_prices", "Flexible-ramp prices", 1),
        ("ENE_AGGR_FLEX_RAMP", "ramp_awards", "Flexible-ramp awards in all", 4),
        ("ENE_FLEX_RAMP_DC", "ramp_demand_curves", "Flexible-ramp demand curves", 4),
        ("ENE_UNCERTAINTY_MV", "uncertainty_movements", "Uncertainty movements", 4),
    )
    for name, length, run in (("fmm", "fifteen-minute", "RTPD"), ("rtd", "five-minute", "RTD"))
)  # fmt: skip

TIE_FEEDS: tuple[Feed, ...] = tuple(
    caiso_feed(f"{name}_tie_schedules", f"Scheduled energy by tie, {words}", SYSTEM_FIGURES, f"{run}_ENE_SCH_BY_TIE_GRP", run,
               parse=figures, note=NOTE, **when,
               request=Ask(f"{run}_ENE_SCH_BY_TIE_GRP", 12, span=Span.DAY, group=True, form=XML_IN_ZIP))
    for name, words, run, when in (
        ("dam", "day-ahead", "DAM", {"publication": DAY_AHEAD}),
        ("ruc", "residual unit commitment", "RUC", {"publication": DAY_AHEAD}),
        ("fmm", "fifteen-minute", "RTPD", QUARTERS),
        ("rtd", "five-minute", "RTD", QUARTERS),
    )
)  # fmt: skip

RIGHTS_FEEDS: tuple[Feed, ...] = (
    caiso_feed("crr_inventory", "Congestion revenue rights held, by market", SYSTEM_FIGURES, INVENTORY, "",
               parse=counted_figures, follow=inventory_of_each_market, sparse=True, publication=Publication(time(12), 0),
               request=Ask(CLEARING, 1, EVERY_RIGHT, Span.CALENDAR_MONTH),
               note=f"{NOTE}; the markets are those that the clearing prices name"),
    *(
        caiso_feed(f"crr_{kind}_public_bids", f"Bids for congestion revenue rights, {kind} auctions", SYSTEM_FIGURES, group, "",
                   parse=counted_figures, sparse=True, publication=BIDS_OUT, note=NOTE,
                   request=Ask(group, 2, span=Span.CALENDAR_MONTH, group=True, form=XML_IN_ZIP))
        for kind, group in (("monthly", "PUB_CRR_BID_MONTHLY_GRP"), ("seasonal", "PUB_CRR_BID_SEASONAL_GRP"))
    ),
)  # fmt: skip

CHART_FEEDS: tuple[Feed, ...] = tuple(
    caiso_feed(key, title, SYSTEM_FIGURES, stem, "", parse=chart_pages.series, request=request, **DAILY,
               note="series of a page of charts, under the names of its script")
    for key, title, stem, request in (
        ("storage_report", "Storage scheduled, charged and bid, daily report", STORAGE_REPORT, storage_report_page),
        ("renewables_report", "Wind and solar by run and their curtailment by cause, daily report", RENEWABLES_REPORT,
         renewables_report_page),
    )
)  # fmt: skip

DESCRIBED_FEEDS: tuple[Feed, ...] = (*RAMP_FEEDS, *TIE_FEEDS, *RIGHTS_FEEDS, *CHART_FEEDS)
