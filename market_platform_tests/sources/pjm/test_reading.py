"""Small files of our own in each of Data Miner's forms: the same rows come out, and nothing is dropped."""

import gzip
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.contracts.validate import validate
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.reading import read
from market_platform.sources.pjm.recognise import recognise

ITEMS = [
    {"datetime_beginning_utc": "2025-11-02T05:00:00", "datetime_beginning_ept": "2025-11-02T01:00:00", "fuel_type": "Coal",
     "mw": 100.5, "fuel_percentage_of_total": 0.6, "is_renewable": False},
    {"datetime_beginning_utc": "2025-11-02T06:00:00", "datetime_beginning_ept": "2025-11-02T01:00:00", "fuel_type": "Wind",
     "mw": 50.0, "fuel_percentage_of_total": 0.4, "is_renewable": True},
]  # fmt: skip
CSV = (
    "\ufeffdatetime_beginning_utc,datetime_beginning_ept,fuel_type,mw,fuel_percentage_of_total,is_renewable\r\n"
    "11/2/2025 5:00:00 AM,11/2/2025 1:00:00 AM,Coal,100.5,0.60,False\r\n"
    "11/2/2025 6:00:00 AM,11/2/2025 1:00:00 AM,Wind,50.0,0.40,True\r\n"
).encode()
LINK = {"rel": "self", "href": "https://api.pjm.com/api/v1/gen_by_fuel?startRow=1"}


def paged(items: list[dict[str, object]], **form: object) -> bytes:
    return json.dumps({"links": [LINK], "items": items, "totalRows": len(items)}, **form).encode()


FORMS = {
    "paged": paged(ITEMS, separators=(",", ":")),
    "re-indented": paged(ITEMS, indent=2),
    "download": json.dumps(ITEMS).encode(),
    "csv": CSV,
    "gzip": gzip.compress(json.dumps(ITEMS).encode()),
    "with fractions": paged(
        [{**item, "datetime_beginning_utc": item["datetime_beginning_utc"] + ".0"} for item in ITEMS]
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_give_the_same_rows(form: str):
    feed = FEEDS["pjm_fuel_mix"]
    payload = Payload(f"gen_by_fuel.{form}", FORMS[form])
    assert recognise(payload) == feed.key
    rows = validate(feed.parse(feed, [payload]), feed.contract).accepted
    assert list(rows["interval_start"]) == [pd.Timestamp("2025-11-02T05:00Z"), pd.Timestamp("2025-11-02T06:00Z")]
    assert list(rows["fuel"]) == ["coal", "wind"]
    assert list(rows["generation_mw"]) == [100.5, 50.0]


def test_forms_may_stand_side_by_side():
    table = read(
        [Payload("a.json", FORMS["paged"]), Payload("b.csv", CSV), Payload("c.json", FORMS["download"])],
        DATASETS["gen_by_fuel"],
    )
    assert table.groupby("file")["mw"].sum().to_dict() == {0: 150.5, 1: 150.5, 2: 150.5}
    assert table.groupby("file")["line"].apply(list).to_dict() == {0: [1, 2], 1: [1, 2], 2: [1, 2]}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "datetime_beginning_utc": st.just("2026-06-09T04:00:00"),
                "fuel_type": st.one_of(
                    st.text(max_size=12), st.none(), st.sampled_from(['},{"', "]}", "a,b", '"', "\\"])
                ),
                "mw": st.one_of(
                    st.floats(allow_nan=False, allow_infinity=False, width=32), st.none(), st.integers(-9999, 9999)
                ),
            }
        ),
        max_size=8,
    ),
    st.sampled_from([None, 2]),
)
def test_any_texts_and_numbers_come_back_row_by_row(items: list[dict[str, object]], indent: int | None):
    """Whatever a name holds, even the marks between objects, rows in are rows out and no value moves."""
    content = json.dumps({"items": items, "totalRows": len(items)}, indent=indent, ensure_ascii=False).encode()
    table = read([Payload("gen_by_fuel.json", content)], DATASETS["gen_by_fuel"])
    assert len(table) == len(items)
    for item, name, mw in zip(items, table.get("fuel_type", []), table.get("mw", []), strict=True):
        assert (None if pd.isna(name) else name) == item["fuel_type"]
        assert (None if pd.isna(mw) else mw) == item["mw"]


def test_a_number_that_is_none_costs_only_its_row():
    items = [ITEMS[0], {**ITEMS[1], "mw": "n/a"}]
    feed = FEEDS["pjm_fuel_mix"]
    verdict = validate(feed.parse(feed, [Payload("gen_by_fuel.json", paged(items))]), feed.contract)
    assert len(verdict.accepted) == 1
    assert list(verdict.refused["reason"]) == ["mw = n/a is not a number"]


@pytest.mark.parametrize(
    "content", [paged([{**ITEMS[0], "megawatts": 1}]), CSV.replace(b"fuel_type", b"fuel"), paged([{"mw": 1.0}])]
)
def test_a_changed_column_fails_by_name(content: bytes):
    feed = FEEDS["pjm_fuel_mix"]
    payload = Payload("gen_by_fuel.json", content)
    assert recognise(payload) == feed.key
    with pytest.raises(SchemaChanged, match=r"megawatts|fuel"):
        feed.parse(feed, [payload])


@pytest.mark.parametrize(
    "content",
    [
        FORMS["paged"][: len(FORMS["paged"]) // 2],
        FORMS["gzip"][:-20],
        b"",
        b"<!DOCTYPE html><html><title>Maintenance</title></html>",
        b'{"message": "hello"}',
    ],
)
def test_what_is_no_data_is_unreadable(content: bytes):
    feed = FEEDS["pjm_fuel_mix"]
    with pytest.raises(UnreadablePayload, match="gen_by_fuel"):
        feed.parse(feed, [Payload("gen_by_fuel.json", content)])


@pytest.mark.parametrize(
    ("key", "item", "reason"),
    [
        ("pjm_fuel_mix", {"fuel_type": "Tidal", "mw": 1.0}, "fuel Tidal is not in the table of fuels"),
        ("pjm_load_metered", {"load_area": "XX", "mw": 1.0}, "load area XX is not in the table of load areas"),
        ("pjm_dam_lmp_node", {"pnode_id": 7, "pnode_name": "A", "type": "MOON", "total_lmp_da": 1.0}, "pricing-node type MOON"),
        ("pjm_rt_reserve_prices", {"locale": "MAD", "service": "ZZ", "mcp": 1.0}, "reserve service ZZ"),
        ("pjm_rt_hourly_ancillary", {"ancillary_service": "Moon", "unit": "Price", "value": 1.0}, "ancillary service Moon"),
    ],
)  # fmt: skip
def test_unknown_words_are_named(key: str, item: dict[str, object], reason: str):
    feed = FEEDS[key]
    row = {"datetime_beginning_utc": "2026-06-09T04:00:00", **item}
    verdict = validate(feed.parse(feed, [Payload(f"{feed.dataset}.json", paged([row]))]), feed.contract)
    assert len(verdict.accepted) == 0
    assert verdict.refused["reason"].iloc[0].startswith(reason)


def test_regulation_prices_across_the_redesign_are_two_products():
    """The performance price became the mileage price with the release of 2025-09-30."""
    feed = FEEDS["pjm_regulation_prices"]
    common = {"area": "PJM RTO", "market_clearing_price": 30.0, "capability_clearing_price": 25.0}
    before = {"datetime_beginning_utc": "2025-09-29T04:00:00", **common, "performance_clearing_price": 5.0}
    after = {"datetime_beginning_utc": "2025-10-01T04:00:00", **common, "mileage_clearing_price": 0.4}
    rows = feed.parse(feed, [Payload("a.json", paged([before])), Payload("b.json", paged([after]))])
    accepted = validate(rows, feed.contract).accepted.dropna(subset=["price_usd_per_mw"])
    days = accepted.groupby("product")["market_day"].apply(lambda days: sorted(map(str, days))).to_dict()
    assert days == {
        "regulation": ["2025-09-29", "2025-10-01"],
        "regulation_capacity": ["2025-09-29", "2025-10-01"],
        "regulation_performance": ["2025-09-29"],
        "regulation_mileage": ["2025-10-01"],
    }


def test_an_old_version_without_its_successor_is_named():
    feed = FEEDS["pjm_dam_lmp_hub"]
    row = {"datetime_beginning_utc": "2026-06-09T04:00:00", "pnode_id": 51288, "pnode_name": "WESTERN HUB", "type": "HUB",
           "total_lmp_da": 30.0, "row_is_current": False, "version_nbr": 1}  # fmt: skip
    verdict = validate(feed.parse(feed, [Payload("da_hrl_lmps.json", paged([row]))]), feed.contract)
    assert list(verdict.refused["reason"]) == ["marked as no longer current, and its successor is not in this file"]


def test_months_of_ftr_periods_follow_the_planning_year():
    feed = FEEDS["pjm_ftr_monthly_bids"]
    path = {"source_pnode_name": "AEP", "sink_pnode_name": "DOM", "class_type": "OnPeak", "trade_type": "Buy",
            "hedge_type": "Obligation", "quoted_mw": 5.0, "quoted_price": 12.5}  # fmt: skip
    names = [("DEC 2025 Auction", "DEC"), ("DEC 2025 Auction", "Q4"), ("FEB 2026 Auction", "Q4"), ("JUN 2026 Auction", "Q1"),
             ("JUN 2026 Auction", "Q1"), ("JUN 2026 Auction", "WHOLE")]  # fmt: skip
    items = [{**path, "market_name": market, "period_type": period} for market, period in names]
    verdict = validate(feed.parse(feed, [Payload("ftr_bids_mnt.json", paged(items))]), feed.contract)
    spans = [(str(a.tz_convert("America/New_York").date()), str(b.tz_convert("America/New_York").date()))
             for a, b in zip(verdict.accepted["interval_start"], verdict.accepted["interval_end"], strict=True)]  # fmt: skip
    assert spans == [("2025-12-01", "2026-01-01"), ("2026-03-01", "2026-06-01"), ("2026-03-01", "2026-06-01"),
                     ("2026-06-01", "2026-09-01"), ("2026-06-01", "2026-09-01")]  # fmt: skip
    assert list(verdict.accepted["bid_number"]) == [1, 1, 1, 1, 2]
    assert "cannot be told" in verdict.refused["reason"].iloc[0]


@pytest.mark.parametrize(
    ("key", "member"),
    [
        (
            "pjm_reserve_subzone_resources",
            {"resource_id": 7001, "resource_name": "UNIT 1", "resource_type": "GEN", "zone": "BGE"},
        ),
        ("pjm_reserve_subzone_buses", {"pnode_id": 7001, "pnode_name": "UNIT 1", "pnode_type": "BUS"}),
    ],
)
def test_what_lies_in_a_subzone_of_reserves_is_in_effect_from_day_to_day(key: str, member: dict[str, object]):
    items = [
        {"effective_date": "2024-03-10T00:00:00", "terminate_date": "2024-11-03T00:00:00", "subzone": "MAD", **member},
        {"effective_date": "2024-11-03T00:00:00", "terminate_date": "9999-12-31T00:00:00", "subzone": "MAD", **member},
    ]
    file = Payload("list.json", json.dumps(items).encode())
    assert recognise(file) == key
    rows = validate(FEEDS[key].parse(FEEDS[key], [file]), FEEDS[key].contract).accepted
    assert (set(rows["location"]), set(rows["member_id"])) == ({"MAD"}, {"7001"})
    local = rows["interval_start"].dt.tz_convert("America/New_York")
    assert local.dt.strftime("%Y-%m-%d %H").tolist() == ["2024-03-10 00", "2024-11-03 00"]
