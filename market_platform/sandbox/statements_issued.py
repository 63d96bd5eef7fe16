"""What a simulated ISO sends for one account and market day: statement files with errors in them, each error labelled.

The true lines are handed in; the wire formats and the errors are those of ``sandbox.statements``.
"""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox import statements as wire
from market_platform.sandbox.world.noise import stream

ZERO = Decimal("0.00")
PER_KIND = 1
#: ERCOT bills the day-ahead market apart; its charge codes begin so.
DAY_AHEAD_CODES = ("DA", "PC")
#: A file of a ZIP carries a moment; a fixed one keeps the same statement the same bytes.
ZIP_MOMENT = (2026, 1, 1, 0, 0, 0)
LABELS = [*wire.KEY, "kind", "effect_usd"]


@dataclass(frozen=True)
class IssuedStatement:
    """One file of the simulated ISO and the errors that were put into it."""

    file_name: str
    data: bytes
    labels: pd.DataFrame


def issued_statements(
    lines: pd.DataFrame, earlier: pd.DataFrame, *, market: str, account: str, day: date, issued_on: date, seed: int
) -> list[IssuedStatement]:
    """Return the statement files for one account's day; ``earlier`` are the lines at superseded prices, or empty.

    The same lines and seed give the same bytes.
    """
    draw = int(stream(seed, market, account, "statement errors", day)[0] % 2**32)
    name = f"SIM-{market.upper()}-{account}-{day:%Y%m%d}"
    if market == "ercot":
        return _ercot(lines, earlier, account=account, day=day, issued_on=issued_on, seed=draw, name=name)
    if market == "pjm":
        data, labels = _pjm(lines, account=account, day=day, seed=draw)
        return [IssuedStatement(f"{name}-bill.csv", data, labels)]
    wrong, labels = wire.seed_errors(lines, None if earlier.empty else earlier, seed=draw, per_kind=PER_KIND)
    if market == "caiso":
        data = wire.caiso_xml(wrong, account=account, day=day, issued_on=issued_on)
        return [IssuedStatement(f"{name}-T9B.xml", data, labels)]
    data = wire.nyiso_csv(wrong, account=account, invoice=name.removeprefix("SIM-"), issued_on=issued_on)
    return [IssuedStatement(f"{name}-bill.csv", data, labels)]


def _ercot(
    lines: pd.DataFrame, earlier: pd.DataFrame, *, account: str, day: date, issued_on: date, seed: int, name: str
) -> list[IssuedStatement]:
    issued = []
    for market in ("DAM", "RTM"):
        parts = []
        for frame in (lines, earlier):
            day_ahead = frame["charge_code"].str.startswith(DAY_AHEAD_CODES)
            parts.append(_per_charge(frame[day_ahead if market == "DAM" else ~day_ahead]))
        true, old = parts
        if true.empty:
            continue
        wrong, labels = wire.seed_errors(true, None if old.empty else old, seed=seed, per_kind=PER_KIND)
        statement = wire.ercot_xml(wrong, account=account, day=day, issued_on=issued_on, market=market)
        headers, intervals, names = wire.ercot_extract(wrong)
        issued.append(IssuedStatement(f"{name}-{market}.zip", _zip(statement, headers, intervals, names), labels))
    return issued


def _per_charge(lines: pd.DataFrame) -> pd.DataFrame:
    """ERCOT bills a charge and interval as one amount, whatever resources are behind it."""
    if lines.empty:
        return lines
    key = ["iso", "account", "market_day", "charge_code", "interval_start", "interval_end", "positive_means", "status"]
    rows = []
    for values, part in lines.groupby(key, sort=True):
        prices = set(part["price_usd_per_mwh"])
        sums = {name: sum(part[name], ZERO) for name in ("quantity_mwh", "amount_usd", "iso_amount")}
        price = prices.pop() if len(prices) == 1 else None
        rows.append(
            {**dict(zip(key, values, strict=True)), **sums, "price_usd_per_mwh": price, "resource": "", "location": ""}
        )
    return pd.DataFrame(rows, columns=lines.columns).astype(lines.dtypes.to_dict())


def _zip(statement: bytes, headers: bytes, intervals: bytes, names: dict[str, str]) -> bytes:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["UIDBILLDETERMINANT", "BILLDETERMINANT"])
    writer.writerows(names.items())
    parts = {
        "statement.xml": statement,
        "HEADER.csv": headers,
        "INTERVAL.csv": intervals,
        "DETERMINANT.csv": table.getvalue().encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part, ZIP_MOMENT), content)
    return buffer.getvalue()


def _pjm(lines: pd.DataFrame, *, account: str, day: date, seed: int) -> tuple[bytes, pd.DataFrame]:
    """PJM's bill gives one total a charge: an error there is a charge that is missing, repeated or turned around."""
    totals = lines.groupby("charge_code")["iso_amount"].agg(lambda amounts: sum(amounts, ZERO)).to_dict()
    rows = [(str(code), "", f"Simulated charge {code}, total", "", amount) for code, amount in sorted(totals.items())]
    draw = np.random.default_rng(seed)
    large = [position for position, row in enumerate(rows) if abs(row[4]) >= 4 * wire.LEAST_EFFECT_USD]
    chosen = draw.permutation(large)[: min(3, max(0, len(large) - 1))]
    begin, _ = day_bounds(day, MARKETS["pjm"].zone)
    labels, billed = [], list(rows)
    for kind, position in zip(("missing", "duplicate", "sign"), chosen, strict=False):
        code, mark, title, period, amount = rows[position]
        revenue = amount if code.startswith("2") else -amount
        effect = {"missing": -revenue, "duplicate": revenue, "sign": -2 * revenue}[kind]
        labels.append(
            {
                "market_day": day,
                "charge_code": code,
                "resource": "",
                "location": "",
                "interval_start": pd.Timestamp(begin),
                "kind": kind,
                "effect_usd": effect,
            }
        )
        if kind == "missing":
            billed.remove(rows[position])
        elif kind == "duplicate":
            billed.append(rows[position])
        else:
            billed[billed.index(rows[position])] = (code, mark, title, period, -amount)
    data = wire.pjm_csv(sorted(billed), account=account, period=(day, day))
    return data, pd.DataFrame(labels, columns=LABELS)
