"""Carbon auctions: our tables against the recorded ones, and tons that do not mix."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.markets.carbon_units import CarbonPrice, Ton, TonsDiffer, rggi_cost_containment_triggers
from market_platform.sources.carbon.auctions import PROGRAMMES, reference_table
from market_platform.sources.catalogue import recognise
from market_platform.sources.payload import Payload

COUNTS = {"california_quebec": 53, "rggi": 70, "washington": 12}
RECORDED = {
    "california_quebec": "california_auctions/ca_capandtrade_auction_prices.csv",
    "rggi": "rggi_auctions/rggi_auction_prices.csv",
}


def _read(payload: Payload) -> pd.DataFrame:
    feed = recognise(payload)
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    assert verdict.refused.empty, verdict.refused["reason"].unique()
    return verdict.accepted.set_index(["allowance_type", "auction"])


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_reference_tables_hold_all_auctions(programme: str) -> None:
    rows = _read(reference_table(programme))
    assert len(rows.loc["current"]) == COUNTS[programme]
    assert set(rows["published_unit"]) == {"short_ton" if programme == "rggi" else "metric_ton"}
    ratio = rows["price_usd_per_metric_ton"] / rows["published_price_usd"]
    assert ratio.dropna().to_numpy() == pytest.approx(1.10231131 if programme == "rggi" else 1.0, rel=1e-8)


@pytest.mark.parametrize("programme", sorted(RECORDED))
def test_recorded_tables_say_the_same(recordings: Path, programme: str) -> None:
    path = recordings / "carbon" / RECORDED[programme]
    recorded = _read(Payload(path.name, path.read_bytes()))
    ours = _read(reference_table(programme)).loc[recorded.index]
    assert len(recorded.loc["current"]) == COUNTS[programme]
    pd.testing.assert_series_equal(recorded["published_price_usd"], ours["published_price_usd"])
    pd.testing.assert_series_equal(recorded["interval_start"], ours["interval_start"])


def test_settlements_do_not_fall_below_the_floor() -> None:
    current = _read(reference_table("california_quebec")).loc["current"]
    assert (current["published_price_usd"] >= current["reserve_price_usd"]).all()
    assert current.loc["Joint Auction #43", "published_price_usd"] == 25.87


def test_short_and_metric_tons_do_not_meet() -> None:
    rggi, california = CarbonPrice(Decimal("20.05"), Ton.SHORT), CarbonPrice(Decimal("31.91"), Ton.METRIC)
    for meet in (lambda: california - rggi, lambda: california + rggi, lambda: rggi < california):
        with pytest.raises(TonsDiffer, match="per\\(\\)"):
            meet()
    assert round((california - rggi.per(Ton.METRIC)).usd, 2) == Decimal("9.81")
    assert round(rggi.per(Ton.METRIC).per(Ton.SHORT).usd, 10) == rggi.usd


def test_triggers_agree_with_the_auctions_that_sold_the_reserve() -> None:
    prices = _read(reference_table("rggi")).loc["current"]["published_price_usd"]
    for year, auction in ((2021, "54"), (2023, "62")):
        trigger = rggi_cost_containment_triggers()[year]
        assert float(trigger.usd) == prices[auction]
        assert trigger.status == "supported by prices"
    assert rggi_cost_containment_triggers()[2026].status == "unverified"
    assert min(rggi_cost_containment_triggers()) == 2014


def test_members_and_caps_are_read(recordings: Path) -> None:
    def read(path: str) -> pd.DataFrame:
        payload = Payload(Path(path).name, (recordings / "carbon" / path).read_bytes())
        feed = recognise(payload)
        verdict = validate(feed.parse(feed, [payload]), feed.contract)
        assert verdict.refused.empty, verdict.refused["reason"].unique()
        return verdict.accepted

    members = read("rggi_members/rggi_member_states.csv")
    jersey = members[members["state"] == "NJ"].sort_values("interval_start")
    assert jersey["interval_start"].dt.year.tolist() == [2009, 2020]
    assert jersey["interval_end"].dt.year.tolist() == [2012, 2026]
    caps = pd.concat([read("reeds_caps/state_cap.csv"), read("reeds_caps/rggicon.csv")]).set_index(
        ["area", "market_day"]
    )
    assert caps.loc[("CA", pd.Timestamp("2010-01-01").date()), "cap_metric_tons"] == 100_000_000
    assert caps.loc[("RGGI", pd.Timestamp("2012-01-01").date()), "cap_metric_tons"] == 149_685_660
    states = read("reeds_caps/rggi_states.csv")
    assert set(members["state"]) == set(states["state"])
    assert set(states["programme"]) == {"rggi_model"}
    assert set(caps["status"]) == {"input of a planning model, not a budget"}


def test_an_offset_price_without_a_source_is_named() -> None:
    table = (
        b"registry,project,project_type,vintage,price_date,price_usd_per_metric_ton,source\n"
        b"ACR,Forest,forestry,2024,2026-03-08,11.5,broker sheet\nVCS,Stoves,,2023,2026-11-01,4.1,\n"
    )
    payload = Payload("offsets.csv", table)
    feed = recognise(payload)
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    assert verdict.accepted["price_usd_per_metric_ton"].tolist() == [11.5]
    assert verdict.refused["reason"].tolist() == ["the row names no source of its price"]
