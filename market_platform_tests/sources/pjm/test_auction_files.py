"""Files of PJM's auctions that a member takes from its tools: results of rights by path, incremental capacity auctions."""

import io
from contextlib import closing

import openpyxl
import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.recognise import recognise

RIGHTS = FEEDS["pjm_ftr_results"]


def line(period="NOV", mw="10.0", extra=""):
    return (
        f'<FTRCleared trade="Buy"><Path source="AEP GEN HUB" sink="DOMINION HUB"/><Class>OnPeak</Class>'
        f"<Period>{period}</Period><Hedge>Obligation</Hedge><BidMW>25.0</BidMW><ClearedMW>{mw}</ClearedMW>"
        f"<BidPrice>300.5</BidPrice><ClearedPrice>212.25</ClearedPrice>{extra}</FTRCleared>"
    )


def answer(*lines, market="NOV 2026 Auction", number="1"):
    body = f'<MarketResults market="{market}" round="{number}">{"".join(lines)}</MarketResults>'
    text = f'<?xml version="1.0"?><QueryResponse xmlns="http://eftr.pjm.com/ftr/xml">{body}</QueryResponse>'
    return Payload("results.xml", text.encode())


def read(*payloads, feed=RIGHTS):
    return validate(feed.parse(feed, list(payloads)), feed.contract)


def days(rows):
    local = [
        rows[name].dt.tz_convert("America/New_York").dt.strftime("%Y-%m-%d")
        for name in ("interval_start", "interval_end")
    ]
    return list(zip(*local, strict=True))


def test_results_of_the_ftr_center_are_told_and_read():
    file = answer(line(), line(), line(mw="4.5"))
    assert recognise(file) == "pjm_ftr_results"
    verdict = read(file)
    assert verdict.refused.empty
    row = verdict.accepted.iloc[0]
    assert (row["auction"], row["period"], row["time_of_use"]) == ("NOV 2026 Auction, round 1", "NOV", "OnPeak")
    assert (row["source"], row["sink"], row["hedge_type"], row["trade_type"]) == (
        "AEP GEN HUB", "DOMINION HUB", "obligation", "buy",
    )  # fmt: skip
    assert (row["bid_mw"], row["cleared_mw"], row["clearing_price_usd_per_mw"]) == (25.0, 10.0, 212.25)
    assert list(verdict.accepted["bid_number"]) == [1, 2, 3]


def test_cleared_rights_by_owner_are_read_without_the_owner():
    text = (
        '<ClearedFTRs xmlns="http://eftr.pjm.com/ftr/xml" market="2026/2027 Annual Auction" round="2"><ClearedFTR trade="Sell">'
        '<Owner>SOMEBODY</Owner><Path source="A" sink="B"/><Class>24H</Class><Period>All</Period><Hedge>Option</Hedge>'
        "<ClearedMW>3</ClearedMW><ClearedPrice>-9.5</ClearedPrice></ClearedFTR></ClearedFTRs>"
    )
    rows = read(Payload("cleared.xml", text.encode())).accepted
    assert days(rows) == [("2026-06-01", "2027-06-01")]
    assert (rows["auction"].iloc[0], rows["hedge_type"].iloc[0]) == ("2026/2027 Annual Auction, round 2", "option")


@pytest.mark.parametrize(
    ("market", "period", "span", "hours"),
    [
        ("NOV 2026 Auction", "NOV", ("2026-11-01", "2026-12-01"), 30 * 24 + 1),
        ("MAR 2026 Auction", "MAR", ("2026-03-01", "2026-04-01"), 31 * 24 - 1),
        ("2026/2029 Long Term Auction", "YR2", ("2027-06-01", "2028-06-01"), 366 * 24),
        ("2026/2029 Long Term Auction", "YRALL", ("2026-06-01", "2029-06-01"), (3 * 365 + 1) * 24),
    ],
)
def test_periods_run_over_whole_months_of_the_market(market, period, span, hours):
    rows = read(answer(line(period), market=market)).accepted
    assert days(rows) == [span]
    assert (rows["interval_end"] - rows["interval_start"]).iloc[0] == pd.Timedelta(hours=hours)


CSV = (
    "Market Name,Round,Period Type,Source PNode,Sink PNode,Class,Hedge Type,Buy/Sell,Participant,Cleared MW,Clearing Price ($/MW)\n"
    "NOV 2026 Auction,1,NOV,AEP GEN HUB,DOMINION HUB,OnPeak,Obligation,Buy,SOMEBODY,10,212.25\n"
    "NOV 2026 Auction,1,SOON,AEP GEN HUB,DOMINION HUB,OnPeak,Obligation,Buy,SOMEBODY,10,212.25\n"
)


def test_a_table_with_the_same_words_as_headings_gives_the_same():
    file = Payload("download.csv", CSV.encode())
    assert recognise(file) == "pjm_ftr_results"
    verdict = read(file)
    by_xml = read(answer(line())).accepted.assign(bid_mw=float("nan"), bid_price_usd_per_mw=float("nan"))
    pd.testing.assert_frame_equal(verdict.accepted, by_xml, check_dtype=False)
    assert verdict.refused["reason"].tolist() == ["the months of period NOV 2026 Auction|SOON cannot be told"]


def test_what_is_not_mapped_is_named():
    odd = Payload("ftr_auction_results_nov.csv", CSV.replace("Hedge Type", "Kind of Hedge").encode())
    assert recognise(odd) == "pjm_ftr_results"
    with pytest.raises(SchemaChanged, match="Kind of Hedge"):
        read(odd)
    with pytest.raises(SchemaChanged, match="two headings say the same"):
        read(Payload("x.csv", CSV.replace("Participant", "Price").encode()))
    with pytest.raises(SchemaChanged, match="element Colour"):
        read(answer(line(extra="<Colour>red</Colour>")))
    whole = answer(line())
    with pytest.raises(UnreadablePayload, match="breaks off"):
        read(Payload("cut.xml", whole.content[:-40]))


def workbook(*sheets):
    book = openpyxl.Workbook()
    with closing(book):
        for (title, lines), sheet in zip(
            sheets, (book.active, *(book.create_sheet() for _ in sheets[1:])), strict=True
        ):
            sheet.title = title
            for cells in lines:
                sheet.append(cells)
        buffer = io.BytesIO()
        book.save(buffer)
    return buffer.getvalue()


def test_an_incremental_auction_is_read_from_the_sheet_that_has_prices():
    lines = [
        ["2026/2027 Third Incremental Auction Results"],
        ["LDA", "Resource Clearing Price", "Sell Offers Cleared"],
        ["RTO", 210.5, 1200.0],
        ["BGE", 333.25, 80.5],
        ["Total", None, 1280.5],
    ]
    content = workbook(("Notes", [["Prices are in $/MW-day"]]), ("Results", lines))
    file = Payload("2026-2027-third-incremental-auction-results.xlsx", content)
    assert recognise(file) == "pjm_capacity_auctions"
    rows = read(file, feed=FEEDS["pjm_capacity_auctions"]).accepted.set_index("locality")
    assert set(rows["auction"]) == {"incremental_3"}
    assert (rows.at["BGE", "price_usd_per_mw_day"], rows.at["BGE", "cleared_mw"]) == (333.25, 80.5)
    assert days(rows) == [("2026-06-01", "2027-06-01")] * 2
    for name in ("2026-2027-3ia-results.xlsx", "2026-2027-2nd-ia-results.xlsx"):
        assert recognise(Payload(name, content)) == "pjm_capacity_auctions"


def test_a_workbook_without_prices_names_its_sheets():
    file = Payload("2026-2027-third-incremental-auction-results.xlsx", workbook(("Notes", [["nothing"]])))
    with pytest.raises(SchemaChanged, match="Notes"):
        read(file, feed=FEEDS["pjm_capacity_auctions"])
