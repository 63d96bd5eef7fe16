"""RGGI's page and California's file, written as public clients describe them, over the prices of the recorded tables."""

from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import SchemaChanged, UnreadablePayload
from market_platform.sandbox.publishers.carbon import respond
from market_platform.sandbox.world import World
from market_platform.sources.carbon.auctions import reference_table
from market_platform.sources.catalogue import FEEDS, recognise
from market_platform.sources.payload import Payload, unpack

RGGI_HEADINGS = ("Auction", "Date", "Quantity Offered", "CCR Sold", "Quantity Sold", "Clearing Price", "Total Proceeds")
# Auctions 3 and 54 and their neighbours, with the figures of the facts: the reserve was sold in the 54th.
RGGI_LINES = (
    ("Auction 70", "2025-12-03", "14,000,000", "0", "14,000,000", "$26.73", "$374,220,000.00"),
    ("Auction 54", "2021-12-01", "27,041,000", "3,919,482", "27,041,000", "$13.00", "$351,533,000.00"),
    ("Auction 3 (Future)", "2009-03-18", "2,175,513", "--", "2,175,513", "$3.05", "$6,635,314.65"),
    ("Auction 3", "2009-03-18", "31,513,765", "--", "31,513,765", "$3.51", "$117,248,629.80"),
)


def _page(lines: tuple[tuple[str, ...], ...], headings: tuple[str, ...] = RGGI_HEADINGS) -> bytes:
    """Write a page as a site does: spans and breaks inside cells, another table before, entities."""
    head = "".join(f"<th class='x'><strong>{name}</strong></th>" for name in headings)
    body = "".join("<tr>" + "".join(f"<td> <span>{cell}</span>\n</td>" for cell in line) + "</tr>\n" for line in lines)
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><title>Allowance Prices and Volumes &ndash; RGGI</title></head><body>"
        "<table><tr><td>Menu</td></tr></table><p>&copy; RGGI</p>"
        f"<table class='t'><thead><tr>{head}</tr></thead><tbody>{body}<tr></tr></tbody></table></body></html>"
    ).encode()


def _read(payload: Payload) -> pd.DataFrame:
    (file,) = unpack(payload)
    feed = recognise(file)
    verdict = validate(feed.parse(feed, [file]), feed.contract)
    assert verdict.refused.empty, verdict.refused["reason"].unique()
    return verdict.accepted.set_index(["allowance_type", "auction"])


def test_rggis_page_is_read_in_short_tons_with_days_and_volumes() -> None:
    rows = _read(Payload("prices-volumes.html", _page(RGGI_LINES)))
    assert set(rows["published_unit"]) == {"short_ton"}
    assert rows.index.tolist() == [("current", "70"), ("current", "54"), ("advance", "3"), ("current", "3")]
    late = rows.loc[("current", "54")]
    assert (late["market_day"], late["published_price_usd"]) == (date(2021, 12, 1), 13.0)
    assert late["price_usd_per_metric_ton"] == pytest.approx(13 * 1.10231131)
    assert late["sold_allowances"] == 27_041_000
    known = _read(reference_table("rggi"))
    for key in (("current", "54"), ("current", "3")):
        assert rows.loc[key, ["market_day", "published_price_usd"]].equals(
            known.loc[key, ["market_day", "published_price_usd"]]
        )


def test_californias_file_says_what_the_recorded_table_says(recordings: Path) -> None:
    table = pd.read_csv(recordings / "carbon/california_auctions/ca_capandtrade_auction_prices.csv")
    lines = ["Joint Auction,Quarter Year,Current Auction Settlement Price,Auction Reserve Price"]
    lines += [
        f"{place},Q{(row.month + 2) // 3} {row.year},${row.current_auction_price_usd:.2f} ,$10.00"
        for place, row in enumerate(table.itertuples(), start=1)
    ]
    content = ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
    rows = _read(Payload("nc-allowance_prices.csv", content))
    assert len(rows) == 53
    assert set(rows["published_unit"]) == {"metric_ton"}
    assert set(rows["date_precision"]) == {"month"}
    own = _read(reference_table("california_quebec")).loc["current"]
    assert rows["market_day"].tolist() == own["market_day"].tolist()
    assert rows["published_price_usd"].tolist() == own["published_price_usd"].tolist()


def test_what_is_not_in_order_is_told() -> None:
    feed = FEEDS["carbon_rggi_results"]
    odd = (("Auction the first", *RGGI_LINES[0][1:]), ("Auction 71", "2026-03-04", "1", "--", "1", "n/a", "$1"))
    rows = feed.parse(feed, [Payload("a.html", _page(odd))])
    assert rows["defect"].tolist() == [
        "auction = Auction the first is not 'Auction <number>'",
        "usd = n/a is not a number",
    ]
    renamed = tuple("Settlement Day" if name == "Date" else name for name in RGGI_HEADINGS)
    with pytest.raises(SchemaChanged, match="Settlement Day"):
        feed.parse(feed, [Payload("a.html", _page(RGGI_LINES, renamed))])
    with pytest.raises(SchemaChanged, match="with rows is expected"):
        feed.parse(feed, [Payload("a.html", _page(()))])
    with pytest.raises(UnreadablePayload, match="Down for maintenance"):
        unpack(Payload("a.html", b"<!DOCTYPE html><html><title>Down for maintenance</title><table></table></html>"))
    table = reference_table("rggi")
    mixed = Payload("rggi.csv", table.content.replace(b"short_ton", b"metric_ton", 1))
    own = FEEDS["carbon_rggi"]
    assert own.parse(own, [mixed])["defect"].dropna().tolist() == ["unit is not the short_ton that rggi counts in"]


@pytest.mark.parametrize(("key", "program"), [("rggi", "rggi"), ("california", "california")])
def test_the_simulated_sites_tell_the_worlds_auctions(key: str, program: str) -> None:
    world, now = World(0), datetime(2026, 11, 20, 17, tzinfo=UTC)
    feed = FEEDS[f"carbon_{key}_results"]
    (request,) = feed.request(feed, [now.date()], now.date()) if feed.request else ()
    answer = respond(world, httpx.Request("GET", request.url), now)
    rows = _read(Payload(request.file_name, answer.content))
    held = world.carbon_auctions(2025)
    held = held[held["program"] == program]
    mine = rows[[day.year == 2025 for day in rows["market_day"]]].sort_values("market_day")
    assert mine["published_price_usd"].tolist() == held["settlement_price_usd"].tolist()
    assert [day.month for day in mine["market_day"]] == [day.month for day in held["auction_day"]]
