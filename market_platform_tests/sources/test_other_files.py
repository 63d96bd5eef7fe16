"""Other real files than the recorded ones: days of any year, both clock changes, other places, quoting, order and headings.

Each publisher's main families are written here from known moments and prices in the forms that its files have been seen
in; what the parser gives has to be exactly that, row for row.
"""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.contracts.validate import validate
from market_platform.markets.market_day import day_bounds, hours_in_day
from market_platform.markets.nyiso import PRICED_ZONES
from market_platform.sources.catalogue import FEEDS, recognise
from market_platform.sources.payload import Payload

FEW = settings(max_examples=15, deadline=None)
PRICE = st.integers(-99_999, 999_999).map(lambda cents: cents / 100)
NAME = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.&-", min_size=2, max_size=14).filter(
    lambda text: text[0].isalpha()
)
ENDINGS = st.sampled_from(["\n", "\r\n"])
SPACED = st.sampled_from([(",", ":"), (", ", ": ")])
QUOTED = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])

Known = dict[tuple[pd.Timestamp, str], float]


def changes(year: int, zone: ZoneInfo) -> list[date]:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    return [day for day in days if hours_in_day(day, zone) != 24]


@st.composite
def market_days(draw: st.DrawFn, zone: str, first: int, last: int = 2035) -> date:
    """Any day of any year, every other one a day that changes the clock."""
    year = draw(st.integers(first, last))
    if draw(st.booleans()):
        return draw(st.sampled_from(changes(year, ZoneInfo(zone))))
    return date(year, 1, 1) + timedelta(days=draw(st.integers(0, 364)))


@st.composite
def priced(draw: st.DrawFn, day: date, zone: str, places: Sequence[str], minutes: int = 60) -> Known:
    """Give a price to each interval of a day at each place, in order of time."""
    moments = pd.date_range(*day_bounds(day, ZoneInfo(zone)), freq=f"{minutes}min", inclusive="left")
    base = draw(PRICE)
    return {(moment, place): round(base + step + 0.37 * number, 2)
            for step, moment in enumerate(moments) for number, place in enumerate(places)}  # fmt: skip


def written(
    rows: Sequence[Sequence[object]], quoting: int, ending: str, *, mark: bool = False, closed: bool = True
) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=quoting, lineterminator=ending).writerows(rows)
    text = buffer.getvalue()
    return (b"\xef\xbb\xbf" if mark else b"") + (text if closed else text.removesuffix(ending)).encode()


def read(key: str, name: str, content: bytes, column: str = "lmp_usd_per_mwh") -> tuple[Known, int]:
    """Return what came out, and how many rows were refused; the file is recognised as the feed's first."""
    feed = FEEDS[key]
    payload = Payload(name, content)
    assert recognise(payload).contract is feed.contract
    rows = feed.parse(feed, [payload])
    verdict = validate(rows, feed.contract)
    assert len(verdict.accepted) + len(verdict.refused) == len(rows)
    accepted = verdict.accepted
    keys = list(zip(accepted["interval_start"], accepted["location"].astype(str), strict=True))
    assert len(set(keys)) == len(keys)
    assert accepted["market_day"].nunique() <= 1
    return dict(zip(keys, accepted[column].astype(float).round(2), strict=True)), len(verdict.refused)


EASTERN, CENTRAL, PACIFIC = "America/New_York", "America/Chicago", "America/Los_Angeles"
LBMP = [
    "Time Stamp",
    "Name",
    "PTID",
    "LBMP ($/MWHr)",
    "Marginal Cost Losses ($/MWHr)",
    "Marginal Cost Congestion ($/MWHr)",
]


@FEW
@given(st.data())
def test_nyiso_day_ahead_prices(data):
    day = data.draw(market_days(EASTERN, 2000))
    places = data.draw(st.lists(st.sampled_from(PRICED_ZONES), min_size=1, max_size=15, unique=True))
    known = data.draw(priced(day, EASTERN, places))
    head = [*LBMP[:-1], 'Marginal Cost Congestion ($/MWH"'] if data.draw(st.booleans()) else LBMP
    zone = ZoneInfo(EASTERN)
    seconds = data.draw(st.sampled_from(["", ":00"]))
    rows = [[f"{at.tz_convert(zone):%m/%d/%Y %H:%M}{seconds}", place, "61752", f"{price:.2f}", "1.00", "-2.00"]
            for (at, place), price in known.items()]  # fmt: skip
    strangers = data.draw(st.integers(0, 2))
    rows += [[rows[0][0], f"ATLANTIS {number}", "1", "1.00", "0.00", "0.00"] for number in range(strangers)]
    quoting, ending = data.draw(QUOTED), data.draw(ENDINGS)
    content = written([head, *rows], quoting, ending, closed=data.draw(st.booleans()))
    assert read("nyiso_dam_lbmp_zone", f"{day:%Y%m%d}damlbmp_zone.csv", content) == (known, strangers)


@FEW
@given(st.data())
def test_nyiso_load_told_by_its_zone_mark_in_any_order(data):
    day = data.draw(market_days(EASTERN, 2002))
    places = data.draw(st.lists(st.sampled_from(["WEST", "N.Y.C.", "HUD VL", "LONGIL"]), min_size=1, unique=True))
    known = data.draw(priced(day, EASTERN, places, minutes=30))
    rows = [[f"{local:%m/%d/%Y %H:%M:%S}", local.tzname(), place, "61752", f"{load:.2f}"]
            for (at, place), load in known.items() for local in [at.tz_convert(EASTERN)]]  # fmt: skip
    rows = data.draw(st.permutations(rows)) if len(rows) < 120 else rows[::-1]
    content = written(
        [["Time Stamp", "Time Zone", "Name", "PTID", "Load"], *rows], data.draw(QUOTED), data.draw(ENDINGS)
    )
    assert read("nyiso_load_5min", f"{day:%Y%m%d}pal.csv", content, "load_mw") == (known, 0)


OASIS_HEAD = [
    "INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT", "OPR_DT", "OPR_HR", "NODE", "MARKET_RUN_ID", "LMP_TYPE", "XML_DATA_ITEM",
    "GRP_TYPE", "POS", "MW", "GROUP",
]  # fmt: skip


@FEW
@given(st.data())
def test_caiso_prices_of_any_nodes_columns_in_any_order(data):
    day = data.draw(market_days(PACIFIC, 2010))
    places = data.draw(st.lists(NAME, min_size=1, max_size=4, unique=True))
    known = data.draw(priced(day, PACIFIC, places))
    columns = data.draw(st.permutations(OASIS_HEAD))
    names = {"LMP": "LMP_PRC", "MCE": "LMP_ENE_PRC", "MCC": "LMP_CONG_PRC", "MCL": "LMP_LOSS_PRC"}
    if data.draw(st.booleans()):
        names["MGHG"] = "LMP_GHG_PRC"
    rows = []
    for (at, place), price in known.items():
        parts = {"LMP": price, "MCE": price - 3.0, "MCC": 2.0, "MCL": 1.0, "MGHG": 0.0}
        for kind, item in names.items():
            line = {
                "INTERVALSTARTTIME_GMT": f"{at:%Y-%m-%dT%H:%M:%S}-00:00",
                "INTERVALENDTIME_GMT": f"{at + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}-00:00",
                "OPR_DT": f"{at.tz_convert(PACIFIC):%Y-%m-%d}", "OPR_HR": at.tz_convert(PACIFIC).hour + 1, "NODE": place,
                "MARKET_RUN_ID": "DAM", "LMP_TYPE": kind, "XML_DATA_ITEM": item, "GRP_TYPE": "ALL", "POS": "0",
                "MW": f"{parts[kind]:.5f}", "GROUP": len(rows) % 3,
            }  # fmt: skip
            rows.append([line[column] for column in columns])
    rows.sort(key=lambda row: row[columns.index("GROUP")])
    content = written([columns, *rows], csv.QUOTE_MINIMAL, data.draw(ENDINGS))
    name = f"{day:%Y%m%d}_{day:%Y%m%d}_PRC_LMP_DAM_{day:%Y%m%d}_13_00_00_v12.csv"
    assert read("caiso_dam_lmp_node", name, content) == (known, 0)


PJM_HEAD = ["datetime_beginning_utc", "datetime_beginning_ept", "pnode_id", "pnode_name", "voltage", "equipment", "type", "zone",
            "system_energy_price_da", "total_lmp_da", "congestion_price_da", "marginal_loss_price_da", "row_is_current",
            "version_nbr"]  # fmt: skip


def _pjm_rows(known: Known, stamp: str) -> list[list[object]]:
    places = sorted({place for _, place in known})
    return [
        [_stamp(at, stamp), _stamp(at.tz_convert(EASTERN), stamp), 900 + places.index(place), place, "", "", "ZONE", "",
         round(price - 1.5, 2), price, 1.0, 0.5, True, 1]
        for (at, place), price in known.items()
    ]  # fmt: skip


def _stamp(at: pd.Timestamp, form: str) -> str:
    if form == "json":
        return f"{at:%Y-%m-%dT%H:%M:%S}"
    return f"{at.month}/{at.day}/{at.year} {at.hour % 12 or 12}:{at:%M:%S %p}"


@FEW
@given(st.data())
def test_pjm_prices_in_each_of_their_forms(data):
    day = data.draw(market_days(EASTERN, 2005))
    places = data.draw(st.lists(NAME, min_size=1, max_size=4, unique=True))
    known = data.draw(priced(day, EASTERN, places))
    form = data.draw(st.sampled_from(["csv", "page", "download"]))
    rows = _pjm_rows(known, "csv" if form == "csv" else "json")
    rows = rows[::-1] if data.draw(st.booleans()) else rows  # some files stand newest first
    if form == "csv":
        content = written([PJM_HEAD, *rows], csv.QUOTE_MINIMAL, data.draw(ENDINGS), mark=data.draw(st.booleans()))
    else:
        order = data.draw(st.permutations(range(len(PJM_HEAD))))
        items = [{PJM_HEAD[place]: row[place] for place in order} for row in rows]
        page = {"links": [], "items": items, "searchSpecification": {}, "totalRows": len(items)}
        content = json.dumps(items if form == "download" else page, separators=data.draw(SPACED)).encode()
    assert read("pjm_dam_lmp_zone", f"da_hrl_lmps.{'csv' if form == 'csv' else 'json'}", content) == (known, 0)


@FEW
@given(st.data())
def test_ercot_day_ahead_prices_as_file_and_as_page(data):
    day = data.draw(market_days(CENTRAL, 2011))
    places = data.draw(st.lists(NAME.map("LZ_{}".format), min_size=1, max_size=4, unique=True))
    known = data.draw(priced(day, CENTRAL, places))
    rows = [[local, place, price, _repeated(at, CENTRAL)]
            for (at, place), price in known.items() for local in [at.tz_convert(CENTRAL)]]  # fmt: skip
    if data.draw(st.booleans()):
        fields = ["deliveryDate", "hourEnding", "settlementPoint", "settlementPointPrice", "DSTFlag"]
        page = [
            [f"{local:%Y-%m-%d}", f"{local.hour + 1:02d}:00", place, price, again]
            for local, place, price, again in rows
        ]
        meta = {"totalRecords": len(page), "currentPage": 1, "totalPages": 1}
        answer = {"_meta": meta, "report": {"reportName": "dam_stlmnt_pnt_prices"}, "fields": [{"name": name} for name in fields],
                  "data": page[::-1]}  # fmt: skip
        found = read(
            "ercot_dam_spp",
            f"ercot_dam_spp_{day:%Y%m%d}.json",
            json.dumps(answer, separators=data.draw(SPACED)).encode(),
        )
    else:
        blank = data.draw(st.sampled_from(["", " "]))
        head = ["DeliveryDate", "HourEnding", "SettlementPoint", "SettlementPointPrice", f"DSTFlag{blank * 4}"]
        lines = [[f"{local:%m/%d/%Y}", f"{local.hour + 1:02d}:00", place, f"{blank}{price}", "Y" if again else "N"]
                 for local, place, price, again in rows]  # fmt: skip
        content = written(
            [head, *lines], data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])), data.draw(ENDINGS)
        )
        found = read("ercot_dam_spp", f"cdr.00012331.0000000000000000.{day:%Y%m%d}.124500.DAMSPNP4190.csv", content)
    assert found == (known, 0)


@FEW
@given(st.data())
def test_ercot_real_time_prices_of_a_day(data):
    day = data.draw(market_days(CENTRAL, 2011))
    places = data.draw(st.lists(NAME.map("HB_{}".format), min_size=1, max_size=3, unique=True))
    known = data.draw(priced(day, CENTRAL, places, minutes=15))
    head = ["DeliveryDate", "DeliveryHour", "DeliveryInterval", "SettlementPointName", "SettlementPointType",
            "SettlementPointPrice", "DSTFlag"]  # fmt: skip
    lines = [[f"{local:%m/%d/%Y}", local.hour + 1, local.minute // 15 + 1, place, "HU", price,
              "Y" if _repeated(at, CENTRAL) else "N"]
             for (at, place), price in known.items() for local in [at.tz_convert(CENTRAL)]]  # fmt: skip
    content = written(
        [head, *lines], data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])), data.draw(ENDINGS)
    )
    name = f"cdr.00012301.0000000000000000.{day:%Y%m%d}.001711.SPPHLZNP6905.csv"
    assert read("ercot_rtm_spp", name, content) == (known, 0)


def _repeated(at: pd.Timestamp, zone: str) -> bool:
    before = (at - pd.Timedelta(hours=1)).tz_convert(zone)
    return before.strftime("%d %H:%M") == at.tz_convert(zone).strftime("%d %H:%M")


@pytest.mark.parametrize("year", [2006, 2007, 2025, 2030])
def test_the_days_drawn_include_both_changes_under_the_old_law_and_the_new(year):
    days = changes(year, ZoneInfo(EASTERN))
    assert [hours_in_day(day, ZoneInfo(EASTERN)) for day in days] == [23, 25]
    assert (days[0].month == 4) == (year == 2006)
