"""Bids as a plain table, for files of people and programs: one row a bid, its curve as ``mw@price mw@price``.

Columns: bid_id, iso, market (dam, rtm), product, resource, start, and where they are needed location (the resource's name
by default), participant, portfolio (main), kind (storage), minutes (60), shape (curve), points, self_schedule_mw,
min_soc_mwh, max_soc_mwh, start_soc_mwh. ``start`` carries its zone.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from market_platform.errors import RuleBroken, UnreadablePayload
from market_platform.trading.bids.bid import Bid, CurvePoint, StorageTerms

NEEDED = ("bid_id", "iso", "market", "product", "resource", "start")
DEFAULTS = {
    "location": "",
    "participant": "",
    "portfolio": "main",
    "kind": "storage",
    "minutes": "60",
    "shape": "curve",
}
AMOUNTS = ("points", "self_schedule_mw", "min_soc_mwh", "max_soc_mwh", "start_soc_mwh")
COLUMNS = (*NEEDED, *DEFAULTS, *AMOUNTS)


def read_bid_table(text: str, name: str) -> list[Bid]:
    """Return the bids of a CSV. Raises UnreadablePayload that names file, line and column, RuleBroken for an empty bid."""
    rows = csv.DictReader(io.StringIO(text))
    header = list(rows.fieldnames or [])
    missing, unknown = sorted(set(NEEDED) - set(header)), sorted(set(header) - set(COLUMNS))
    if missing or unknown:
        msg = f"{name}: columns missing: {missing or 'none'}, not known: {unknown or 'none'}; known are {', '.join(COLUMNS)}"
        raise UnreadablePayload(msg)
    bids = []
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            msg = f"{name} line {number}: it has not as many values as the header"
            raise UnreadablePayload(msg)
        try:
            bids.append(_bid(row))
        except (ValueError, InvalidOperation) as error:
            msg = f"{name} line {number}: {error}"
            raise UnreadablePayload(msg) from error
        except RuleBroken as error:
            msg = f"{name} line {number}: {error}"
            raise RuleBroken(msg) from error
    return bids


def write_bid_table(bids: Sequence[Bid]) -> str:
    """Return the bids as CSV, as ``read_bid_table`` reads them."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(bid) for bid in bids)
    return out.getvalue()


def _bid(row: Mapping[str, str]) -> Bid:
    value = {name: (row.get(name) or "").strip() or DEFAULTS.get(name, "") for name in COLUMNS}
    start = datetime.fromisoformat(value["start"])
    if start.tzinfo is None:
        msg = f"start {value['start']!r} has no zone: write 2026-07-15T15:00-05:00 or end it with Z"
        raise ValueError(msg)
    levels = [_number(value[name], name) for name in ("min_soc_mwh", "max_soc_mwh", "start_soc_mwh")]
    soc = None
    if levels[0] is not None and levels[1] is not None:
        soc = StorageTerms(levels[0], levels[1], levels[2])
    return Bid(
        bid_id=value["bid_id"], iso=value["iso"].lower(), market=value["market"].lower(), product=value["product"],
        resource=value["resource"], location=value["location"] or value["resource"], participant=value["participant"],
        portfolio=value["portfolio"], kind=value["kind"], start=start,
        end=start + timedelta(minutes=int(value["minutes"])), shape=value["shape"], points=_points(value["points"]),
        self_schedule_mw=_number(value["self_schedule_mw"], "self_schedule_mw"), soc=soc,
    )  # fmt: skip


def _points(text: str) -> tuple[CurvePoint, ...]:
    points = []
    for corner in text.split():
        mw, mark, price = corner.partition("@")
        if not mark:
            msg = f"points: {corner!r} is no corner, write mw@price"
            raise ValueError(msg)
        points.append(CurvePoint(Decimal(mw), Decimal(price)))
    return tuple(points)


def _number(text: str, name: str) -> Decimal | None:
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        msg = f"{name} is {text!r}, a number is due"
        raise ValueError(msg) from error


def _row(bid: Bid) -> dict[str, object]:
    soc = bid.soc
    return {
        "bid_id": bid.bid_id, "iso": bid.iso, "market": bid.market, "product": bid.product, "resource": bid.resource,
        "start": bid.start.astimezone(UTC).isoformat(), "location": bid.location, "participant": bid.participant,
        "portfolio": bid.portfolio, "kind": bid.kind, "minutes": int(bid.hours * 60), "shape": bid.shape,
        "points": " ".join(f"{mw:f}@{price:f}" for mw, price in bid.points),
        "self_schedule_mw": "" if bid.self_schedule_mw is None else f"{bid.self_schedule_mw:f}",
        "min_soc_mwh": "" if soc is None else f"{soc.min_soc_mwh:f}",
        "max_soc_mwh": "" if soc is None else f"{soc.max_soc_mwh:f}",
        "start_soc_mwh": "" if soc is None or soc.start_soc_mwh is None else f"{soc.start_soc_mwh:f}",
    }  # fmt: skip
