"""What a simulated ISO sends for one account and market day: statement files with errors in them, each error labelled.

The true lines are handed in; the wire formats and the errors are those of ``sandbox.statements``.
"""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox import statements as wire
from market_platform.sandbox.world.noise import stream

ZERO = Decimal("0.00")
MICRO = Decimal("0.000001")
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
        return _ercot(
            lines, _whole_version(lines, earlier), account=account, day=day, issued_on=issued_on, seed=draw, name=name
        )
    if market == "pjm":
        data, labels = _pjm(lines, _whole_version(lines, earlier), account=account, day=day, seed=draw)
        return [IssuedStatement(f"{name}-bill.zip", data, labels)]
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
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["UIDBILLDETERMINANT", "BILLDETERMINANT"])
        writer.writerows(names.items())
        files = {
            "statement.xml": statement,
            "HEADER.csv": headers,
            "INTERVAL.csv": intervals,
            "DETERMINANT.csv": table.getvalue().encode(),
        }
        issued.append(IssuedStatement(f"{name}-{market}.zip", _zip(files), labels))
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


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_MOMENT), content)
    return buffer.getvalue()


def _pjm(
    lines: pd.DataFrame, earlier: pd.DataFrame, *, account: str, day: date, seed: int
) -> tuple[bytes, pd.DataFrame]:
    """Write a bill of totals and the hourly reports of spot market, congestion and losses, an error of each kind in them."""
    hourly = {code: place for ahead, balancing, place in wire.PJM_HOURLY.values() for code in (ahead, balancing)}
    parts = []
    for frame in (lines, earlier):
        mine = frame[frame["charge_code"].isin(list(hourly))]
        parts.append(_per_hour(mine.assign(location=mine["location"].where(mine["charge_code"].map(hourly), ""))))
    true, old = parts
    wrong, labels = wire.seed_errors(true, None if old.empty else old, seed=seed, per_kind=PER_KIND)
    extra, labels = _on_the_bill(labels, day)
    billed = wrong[~wrong["resource"].str.startswith("SIM-UNKNOWN")]
    others = lines[~lines["charge_code"].isin(list(hourly))]
    sums = pd.concat([billed, others]).groupby("charge_code")["iso_amount"].agg(lambda amounts: sum(amounts, ZERO))
    totals = [(str(code), "", f"Simulated charge {code}, total", "", amount) for code, amount in sums.items()]
    bill = wire.pjm_csv(sorted(totals + extra), account=account, period=(day, day))
    files = {"bill.csv": bill}
    for title in wire.PJM_HOURLY:
        files[f"{title.split(' ')[1].lower()}-{title.split(' ')[2].lower()}.csv"] = wire.pjm_hours(
            billed, title=title, account=account
        )
    return _zip(files), labels


def _on_the_bill(labels: pd.DataFrame, day: date) -> tuple[list[tuple[str, str, str, str, Decimal]], pd.DataFrame]:
    """Put a charge too many on the bill itself, under a code of its own: the hourly reports have no place for it."""
    begin, _ = day_bounds(day, MARKETS["pjm"].zone)
    rows: list[tuple[str, str, str, str, Decimal]] = []
    kept = []
    for label in labels.to_dict("records"):
        if label["kind"] == "extra":
            code = f"19{len(rows):02d}"
            rows.append((code, "", "Simulated charge that nobody owes", "", -label["effect_usd"]))
            label |= {"charge_code": code, "resource": "", "location": "", "interval_start": pd.Timestamp(begin)}
        kept.append(label)
    return rows, pd.DataFrame(kept, columns=LABELS)


def _per_hour(lines: pd.DataFrame) -> pd.DataFrame:
    """Add lines of five minutes and of several resources up to hours; the price is the mean by quantity."""
    if lines.empty:
        return lines
    hour = lines["interval_start"].dt.floor("h")
    lines = lines.assign(resource="", interval_start=hour, interval_end=hour + pd.Timedelta(hours=1))
    key = ["iso", "account", "market_day", "charge_code", "location", "interval_start", "interval_end", "positive_means",
           "status"]  # fmt: skip
    rows = []
    for values, part in lines.groupby(key, sort=True):
        sums = {name: sum(part[name], ZERO) for name in ("quantity_mwh", "amount_usd", "iso_amount")}
        prices = set(part["price_usd_per_mwh"])
        worth = sum((q * p for q, p in zip(part["quantity_mwh"], part["price_usd_per_mwh"], strict=True)), ZERO)
        mean = (worth / sums["quantity_mwh"]).quantize(MICRO) if sums["quantity_mwh"] else None
        price = prices.pop() if len(prices) == 1 else mean
        rows.append({**dict(zip(key, values, strict=True)), **sums, "price_usd_per_mwh": price, "resource": ""})
    return pd.DataFrame(rows, columns=lines.columns).astype(lines.dtypes.to_dict())


def _whole_version(true: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Return the whole settlement at superseded prices: the lines that a correction touched, the others as they are."""
    if earlier.empty:
        return earlier
    touched = earlier.drop_duplicates(wire.KEY, keep="first")
    same = pd.MultiIndex.from_frame(true[wire.KEY]).isin(pd.MultiIndex.from_frame(touched[wire.KEY]))
    return pd.concat([touched, true[~same]], ignore_index=True).astype(true.dtypes.to_dict())
