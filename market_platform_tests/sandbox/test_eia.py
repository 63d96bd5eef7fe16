"""The simulated EIA read by the platform: pages, vintages, the key that is echoed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from market_platform.contracts.families.fundamentals import GAS_PRICES, GAS_STORAGE
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.eia.requests import Ask
from market_platform.sources.payload import Payload

MAKE = Callable[..., Platform]


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=step) for step in range(count)]


def test_storage_comes_by_region_and_the_key_is_masked(make_platform: MAKE) -> None:
    platform = make_platform()
    (outcome,) = platform.pipeline.ingest(FEEDS["eia_gas_storage"], _days(date(2026, 9, 1), 62))
    assert (outcome.outcome, outcome.rows, outcome.quarantined) == ("committed", 9 * 8, 0)
    assert outcome.sha256 is not None
    kept = platform.archive.read(outcome.sha256)
    assert b"********" in kept
    assert b"simulated-eia_key" not in kept


def test_every_feed_with_a_simulated_route_commits(make_platform: MAKE) -> None:
    platform = make_platform()
    asked = {
        "eia_gas_prices": _days(date(2026, 10, 12), 5),
        "eia_rto_region": [date(2026, 11, 1)],
        "eia_rto_fuel": [date(2026, 11, 1)],
        "eia_rto_interchange": [date(2026, 11, 1)],
        "eia_retail_sales": [date(2026, 8, 1)],
        "eia_facility_fuel": [date(2026, 8, 1)],
        "eia_gas_storage_lately": [date(2026, 11, 20)],
        "eia_gas_prices_lately": [date(2026, 11, 20)],
        "eia_storage_release": [date(2026, 11, 20)],
    }
    for key, days in asked.items():
        for outcome in platform.pipeline.ingest(FEEDS[key], days):
            assert outcome.outcome == "committed", outcome
            assert outcome.quarantined == 0, outcome
            assert outcome.rows


def test_hours_are_counted_over_pages(make_platform: MAKE) -> None:
    platform = make_platform()
    ask = Ask("hourly", facets={"respondent": ("NYIS",)}, period="%Y-%m-%dT%H", rows_per_page=50)
    (outcome,) = platform.pipeline.ingest(replace(FEEDS["eia_rto_fuel"], request=ask), [date(2026, 11, 1)])
    assert (outcome.outcome, outcome.files, outcome.rows) == ("committed", 3, 24 * 5)


def test_a_wrong_facet_is_an_error(make_platform: MAKE) -> None:
    feed = replace(FEEDS["eia_gas_storage"], request=Ask("weekly", facets={"duoarea": ("R99",)}, weekly=True))
    (outcome,) = make_platform().pipeline.ingest(feed, [date(2026, 6, 5)])
    assert outcome.outcome == "Rejected"
    assert "facet" in outcome.message


def test_a_revised_week_keeps_both_vintages(make_platform: MAKE) -> None:
    def book(stock: int) -> Payload:
        lines = ["note", "Series Key,NW2_EPG0_SWO_R48_BCF.W", "Week of,Stock", f"10/2/2026,{stock}", "09/25/2026,3400"]
        return Payload("chart.csv", "\n".join(lines).encode())

    first = make_platform()
    assert [one.outcome for one in first.pipeline.take_file(book(3450))] == ["committed"]
    early = first.clock()
    later = make_platform(now=early + timedelta(days=7))
    assert [one.changed for one in later.pipeline.take_file(book(3447))] == [1]
    feed = FEEDS["eia_storage_chart"]

    def stock(as_of: datetime) -> float:
        moment = f"TIMESTAMPTZ '{as_of.isoformat()}'"
        known = f"known_from <= {moment} AND (known_to IS NULL OR known_to > {moment})"
        rows = later.lake.read(feed.contract, f"{known} AND week_ending = DATE '2026-10-02'", versions=True)
        return float(rows["stock_bcf"].item())

    assert stock(early + timedelta(hours=1)) == 3450
    assert stock(early + timedelta(days=8)) == 3447


def test_what_is_read_whole_holds_seven_years_of_weeks_and_thirteen_months_of_days(make_platform: MAKE) -> None:
    platform = make_platform()
    list(platform.pipeline.ingest(FEEDS["eia_gas_storage_lately"], [date(2026, 11, 20)]))
    list(platform.pipeline.ingest(FEEDS["eia_gas_prices_lately"], [date(2026, 11, 20)]))
    weeks = platform.lake.read(FEEDS["eia_gas_storage_lately"].contract)
    assert weeks.groupby(["region", "gas_type"])["week_ending"].nunique().eq(366).all()
    assert str(max(weeks["week_ending"])) == "2026-11-13"  # released on Thursday the 19th
    prices = platform.lake.read(FEEDS["eia_gas_prices_lately"].contract)
    assert str(max(prices["market_day"])) == "2026-11-17"  # daily prices come on Wednesdays
    assert prices.groupby("series")["market_day"].nunique().min() > 250


def test_a_month_that_is_not_out_is_waited_for_and_a_wrong_facet_of_a_settled_one_is_refused(
    make_platform: MAKE,
) -> None:
    platform = make_platform()
    (recent,) = platform.pipeline.ingest(FEEDS["eia_retail_sales"], [date(2026, 10, 1)])
    assert recent.outcome == "not_published"
    ask = Ask("monthly", ("sales",), facets={"stateid": ("XX",)}, period="%Y-%m")
    (wrong,) = platform.pipeline.ingest(replace(FEEDS["eia_retail_sales"], request=ask), [date(2025, 1, 1)])
    assert wrong.outcome == "Rejected"


@pytest.mark.long
def test_workbooks_and_pages_say_the_same(make_platform: MAKE) -> None:
    platform = make_platform()
    days = {
        "eia_gas_storage": _days(date(2026, 10, 1), 31), "eia_storage_history": [date(2026, 11, 20)],
        "eia_storage_first": [date(2026, 11, 20)], "eia_gas_prices": _days(date(2026, 10, 12), 5),
        "eia_henry_hub_history": [date(2026, 11, 20)],
    }  # fmt: skip
    for key, mine in days.items():
        for outcome in platform.pipeline.ingest(FEEDS[key], mine):
            assert (outcome.outcome, outcome.quarantined) == ("committed", 0), outcome
    stocks = {
        feed: platform.lake.read(GAS_STORAGE, f"feed = '{feed}'").set_index(["region", "gas_type", "week_ending"])[
            "stock_bcf"
        ]
        for feed in ("eia_gas_storage", "eia_storage_history", "eia_storage_first")
    }
    pages, history, first = stocks.values()
    assert len(pages) > 0
    assert history.reindex(pages.index).tolist() == pages.tolist()
    assert first.sort_index().tolist() == history.reindex(first.index).sort_index().tolist()
    spot = platform.lake.read(GAS_PRICES, "hub = 'Henry Hub' AND frequency = 'daily'").drop_duplicates(
        ["feed", "market_day"]
    )
    both = spot.pivot(index="market_day", columns="feed", values="price_usd_per_mmbtu").dropna()
    assert len(both) == 5
    assert both["eia_gas_prices"].tolist() == both["eia_henry_hub_history"].tolist()
