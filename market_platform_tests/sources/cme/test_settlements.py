"""CME: the recorded day and page, calendars, and the simulated exchange."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from market_platform.analysis.gas.legs import basis_curves
from market_platform.contracts.validate import validate
from market_platform.errors import UnreadablePayload
from market_platform.markets.gas import BASIS_HUBS, contract_code, easter, exchange_holidays, last_trade_day
from market_platform.platform import Platform
from market_platform.sandbox.publishers.cme import settlement_file
from market_platform.sandbox.world import World
from market_platform.sources.catalogue import FEEDS, recognise
from market_platform.sources.cme.feeds import CME
from market_platform.sources.cme.settlements import TotalDiffers
from market_platform.sources.payload import Payload


@pytest.fixture(scope="module")
def day_file(recordings: Path) -> Payload:
    path = recordings / "cme/nymex_settlement_csv/nymex_future_2014-12-29.csv"
    return Payload(path.name, path.read_bytes())


@pytest.fixture(scope="module")
def settled(day_file: Payload) -> pd.DataFrame:
    feed = CME.feed("cme_nymex_file")
    verdict = validate(feed.parse(feed, [day_file]), feed.contract)
    assert verdict.refused.empty
    return verdict.accepted


@pytest.fixture
def page(recordings: Path) -> Payload:
    path = recordings / "cme/settlements_json/133_FUT_2026-06-25.json"
    return Payload(path.name, path.read_bytes())


def test_all_rows_of_the_day_are_accounted_for(settled: pd.DataFrame, day_file: Payload) -> None:
    assert recognise(day_file).key == "cme_nymex_file"
    assert len(settled) == 12_275
    assert settled["settle_price"].isna().sum() == 902
    assert set(settled["market_day"]) == {date(2014, 12, 29)}


def test_henry_hub_has_all_months(settled: pd.DataFrame) -> None:
    gas = settled[settled["symbol"] == "NG"].sort_values("contract_month")
    assert len(gas) == 156
    assert gas["settle_price"].notna().all()
    codes = [contract_code("NG", 2015 + place // 12, place % 12 + 1) for place in range(156)]
    assert gas["contract"].tolist() == codes
    assert gas["settle_price"].iloc[0] == 3.189
    assert last_trade_day(2015, 1) == date(2014, 12, 29)  # its last day: it still settles, penultimates are gone
    assert "HPF15" not in set(settled["contract"])
    assert last_trade_day(2015, 1, 4) == date(2014, 12, 26)
    assert set(BASIS_HUBS) <= set(settled["symbol"])
    basis = settled[settled["symbol"].isin(BASIS_HUBS)]
    assert (basis["settle_price"] < 0).any()


def test_volume_and_open_interest_stand_on_the_day_before(day_file: Payload) -> None:
    feed = CME.feed("cme_nymex_file_activity")
    verdict = validate(feed.parse(feed, [day_file]), feed.contract)
    assert verdict.refused.empty
    assert len(verdict.accepted) == 12_275
    assert set(verdict.accepted["market_day"]) == {date(2014, 12, 26)}


def test_page_reads_marks_and_leaves_the_total_out(page: Payload) -> None:
    feed = CME.feed("cme_ng_settlements")
    verdict = validate(feed.parse(feed, [page]), feed.contract)
    assert verdict.refused.empty
    rows = verdict.accepted.set_index("contract")
    assert len(rows) == 21
    assert rows.loc["ESU26", ["settle_price", "estimated_volume"]].tolist() == [7423.25, 1_547_837.0]
    assert rows.loc["ESZ26", ["last_price", "last_mark"]].tolist() == [7509.0, "B"]
    assert rows.loc["ESM31", ["open_price", "high_price"]].isna().all()
    interest = CME.feed("cme_ng_open_interest")
    assert interest.parse(interest, [page])["open_interest"].sum() == 1_985_589


def test_a_cut_page_is_refused(page: Payload) -> None:
    answer = json.loads(page.content)
    del answer["settlements"][3]
    feed = CME.feed("cme_ng_settlements")
    with pytest.raises(TotalDiffers, match="Total says"):
        feed.parse(feed, [Payload(page.name, json.dumps(answer).encode())])
    del answer["settlements"][-1]
    with pytest.raises(TotalDiffers, match="may be cut"):
        feed.parse(feed, [Payload(page.name, json.dumps(answer).encode())])


def test_a_page_of_another_day_or_product_is_refused(page: Payload) -> None:
    feed = CME.feed("cme_ng_settlements")
    told = page.content.replace(b"{", b'{"tradeDate":"06/24/2026",', 1)
    with pytest.raises(UnreadablePayload, match="the page is of 2026-06-24, not of 2026-06-25"):
        feed.parse(feed, [Payload(page.name, told)])
    assert len(feed.parse(feed, [Payload("133_FUT_20260624.json", told)])) == 21
    with pytest.raises(UnreadablePayload, match="product ids known are 444 NG, 133 ES"):
        feed.parse(feed, [Payload("425_FUT_2026-06-25.json", page.content)])


def test_settlements_of_the_users_own_become_basis() -> None:
    table = (
        "\ufefftrade_date,hub,contract_month,settle_usd_per_mmbtu,source\r\n"
        "2026-03-06,Henry Hub,2026-04,3.125,broker\r\n2026-03-06,Waha,2026-04,-1.0450,broker\r\n"
        "2026-03-06,Atlantis,2026-04,1,broker\r\n2026-03-06,Waha,2026-05,-1,\r\n2026-03-06,Waha,May,-1,broker\r\n"
    )
    payload = Payload("gas_settlements.csv", table.encode())
    feed = recognise(payload)
    assert feed.key == "cme_own_settlements"
    verdict = validate(feed.parse(feed, [payload]), feed.contract)
    assert verdict.accepted[["contract", "settle_price"]].values.tolist() == [["NGJ26", 3.125], ["NWJ26", -1.045]]
    reasons = sorted(verdict.refused["reason"])
    assert [reason.split(" is n")[0] for reason in reasons] == [
        "contract_month = May", "hub = Atlantis", "the row names no source of its price"
    ]  # fmt: skip
    rows = verdict.accepted.assign(
        trade_day=verdict.accepted["market_day"], settle_usd_per_mmbtu=verdict.accepted["settle_price"]
    )
    curves = basis_curves(rows).set_index("hub")
    assert curves.loc["Waha", ["basis_usd_per_mmbtu", "price_usd_per_mmbtu"]].tolist() == [-1.045, 2.08]


def test_exchange_calendar() -> None:
    assert [easter(year) for year in (2015, 2024, 2026)] == [date(2015, 4, 5), date(2024, 3, 31), date(2026, 4, 5)]
    assert date(2015, 4, 3) in exchange_holidays(2015)
    assert date(2026, 7, 3) in exchange_holidays(2026)
    assert last_trade_day(2026, 1) == date(2025, 12, 29)
    assert last_trade_day(2024, 12) == date(2024, 11, 26)


def test_the_simulated_exchange_is_read(make_platform: Callable[..., Platform]) -> None:
    platform = make_platform()
    days = [date(2026, 11, 6), date(2026, 11, 7), date(2026, 11, 9)]
    outcomes = list(platform.pipeline.ingest(FEEDS["cme_ng_settlements"], days))
    assert [(one.feed, one.outcome, one.rows) for one in outcomes] == [
        ("cme_ng_settlements", "committed", 36),
        ("cme_ng_open_interest", "committed", 36),
    ] * 2
    payload = Payload("nymex_future.csv", settlement_file(World(0), date(2026, 11, 6)))
    taken = list(platform.imports.take_file(payload))
    assert [(one.feed, one.rows, one.quarantined) for one in taken] == [
        ("cme_nymex_file", 36 * 8, 0),
        ("cme_nymex_file_activity", 36 * 8, 0),
    ]
