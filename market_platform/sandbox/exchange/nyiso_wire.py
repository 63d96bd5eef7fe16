"""NYISO's upload from the market's side: header and rows read, rows answered with id, MW, status and message."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from market_platform.markets.market import MARKETS
from market_platform.sandbox.exchange.local_hours import hour_start
from market_platform.sandbox.exchange.order import EnergyLevels, Entry, Order, RefusedMessage, Submission
from market_platform.sandbox.exchange.xml_reading import LARGEST_MESSAGE_BYTES, decimal

PRODUCT = {"LOAD_BID": "load", "VIRTUAL_SUPPLY": "virtual_supply", "VIRTUAL_LOAD": "virtual_load"}
KIND = {"LOAD_BID": "load", "VIRTUAL_SUPPLY": "virtual", "VIRTUAL_LOAD": "virtual", "GEN_BID": ""}
# Columns before the first (MW, $) pair, number of pairs.
LAYOUT = {"LOAD_BID": (4, 3), "GEN_BID": (5, 11), "VIRTUAL_SUPPLY": (2, 11), "VIRTUAL_LOAD": (2, 11)}
WORD = {
    "submitted": "SUBMITTED",
    "accepted": "VALIDATION PASSED",
    "rejected": "REJECTED",
    "cancelled": "CANCELLED",
}


def read(body: bytes, participant: str, password: str | None = None) -> Submission:
    """Return what an upload asks for; rows with nothing in them withdraw. A wrong password refuses it."""
    if len(body) >= LARGEST_MESSAGE_BYTES:
        msg = f"the upload has {len(body)} bytes"
        raise RefusedMessage(msg)
    try:
        lines = body.decode("utf-8").split("\r\n")
    except UnicodeDecodeError as error:
        msg = "the upload is not text"
        raise RefusedMessage(msg) from error
    header = dict(line.rstrip("&").split("=", 1) for line in lines if line.endswith("&") and "=" in line)
    bid_type = header.get("BID_TYPE", "")
    if bid_type not in LAYOUT or (password is not None and header.get("PASSWORD") != password):
        msg = f"bid type {bid_type!r} is not known" if bid_type not in LAYOUT else "user and password do not fit"
        raise RefusedMessage(msg)
    rows = [row for row in csv.reader(io.StringIO("\n".join(lines[len(header) :]))) if row]
    if str(len(rows)) != header.get("DATA_ROWS"):
        msg = f"DATA_ROWS says {header.get('DATA_ROWS')}, there are {len(rows)} rows"
        raise RefusedMessage(msg)
    orders = tuple(_orders(rows, bid_type, participant))
    empty = [not order.points and not order.self_schedule_mw for order in orders]
    action = "cancel" if orders and all(empty) else "submit"
    return Submission(action, participant, sha256(body).hexdigest()[:16], orders)


def _orders(rows: list[list[str]], bid_type: str, participant: str) -> Iterable[Order]:
    seen: set[tuple[str, str, str]] = set()
    before, pairs = LAYOUT[bid_type]
    for row in rows:
        if len(row) < before + 2 * pairs:
            msg = f"a {bid_type} row has {len(row)} values"
            raise RefusedMessage(msg)
        market, product = (row[2].lower(), row[3]) if bid_type == "GEN_BID" else ("dam", PRODUCT[bid_type])
        # The repeated hour stands twice in time order; the second row of one place is its second run.
        mark = (row[0], row[1], product)
        start = _start(row[1], second=mark in seen)
        seen.add(mark)
        own = row[before - 1] if bid_type in ("LOAD_BID", "GEN_BID") else ""
        values = row[before : before + 2 * pairs]
        points = tuple(
            (decimal(mw, "MW"), decimal(usd, "$")) for mw, usd in zip(values[::2], values[1::2], strict=True) if mw
        )
        virtual = KIND[bid_type] == "virtual"
        soc = _levels(row[before + 2 * pairs :], bid_type)
        yield Order(
            bid_id=f"{row[0]}-{product}-{start:%y%m%d%H}", iso="nyiso", market=market, product=product,
            resource="" if virtual else row[0], location=row[0], participant=participant, kind=KIND[bid_type],
            start=start, end=start + timedelta(hours=1), points=points,
            self_schedule_mw=decimal(own, "fixed MW") if own else None, soc=soc,
        )  # fmt: skip


def _levels(rest: list[str], bid_type: str) -> EnergyLevels | None:
    if bid_type != "GEN_BID" or len(rest) < 3 or not rest[0]:
        return None
    begin = decimal(rest[2], "beginning energy") if rest[2] else None
    return EnergyLevels(decimal(rest[0], "minimum energy"), decimal(rest[1], "maximum energy"), begin)


def _start(text: str, *, second: bool) -> datetime:
    try:
        local = datetime.strptime(text, "%m/%d/%Y %H:%M")  # noqa: DTZ007
    except ValueError as error:
        msg = f"time {text!r} is not MM/DD/YYYY HH:MI"
        raise RefusedMessage(msg) from error
    return hour_start("nyiso", local.date(), local.hour, second=second)


def write_reply(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return the rows with their bid ids, all submitted."""
    return _answer([_status_row(entry, "SUBMITTED") for entry in entries], at)


def write_refusal(reason: str, at: datetime) -> bytes:
    """Return the answer to an upload that cannot be taken."""
    return f"TIME_STAMP={at:%m/%d/%Y %H:%M}\r\nERROR={reason}\r\n".encode()


def write_notification(entries: Sequence[Entry], at: datetime) -> bytes:
    """Return the rows with their status after validation."""
    ordered = sorted(entries, key=lambda entry: (entry.order.location, entry.order.product, entry.order.start))
    return _answer([_status_row(entry, WORD.get(entry.state, "VALIDATION PASSED")) for entry in ordered], at)


def write_award_sets(entries: Sequence[Entry], zone_day: str, at: datetime) -> bytes:  # noqa: ARG001
    """Return the awards: PTID, product, UTC start, MW, price."""
    rows = [
        [
            entry.order.location,
            entry.order.product,
            award.start.isoformat(),
            f"{award.mw:f}",
            f"{award.price_usd_per_mwh:f}",
        ]
        for entry in entries
        for award in entry.awards
    ]
    return _answer(rows, at)


def _status_row(entry: Entry, word: str) -> list[str]:
    order = entry.order
    local = order.start.astimezone(MARKETS["nyiso"].zone)
    mw = sum((award.mw for award in entry.awards), Decimal(0))
    return [
        order.location,
        f"{local:%m/%d/%Y %H:%M}",
        order.product,
        entry.reference,
        f"{mw:f}",
        word,
        "; ".join(entry.reasons),
    ]


def _answer(rows: list[list[str]], at: datetime) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return f"TIME_STAMP={at:%m/%d/%Y %H:%M}\r\nSOURCE=SIMULATED\r\nDATA_ROWS={len(rows)}\r\n{out.getvalue()}".encode()
