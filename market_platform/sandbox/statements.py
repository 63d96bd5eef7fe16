"""Statements of the simulated exchange: true lines, errors put in on purpose and labelled, four wire formats.

Written apart from the settlement engine's readers, so that one checks the other. Identifiers begin with ``SIM-``.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds

KINDS = ("missing", "extra", "duplicate", "wrong_version", "wrong_price", "wrong_quantity", "sign")
KEY = ["market_day", "charge_code", "resource", "location", "interval_start"]
#: An error is only worth putting in where it moves at least this much.
LEAST_EFFECT_USD = Decimal("0.25")
CENT = Decimal("0.01")


def seed_errors(
    lines: pd.DataFrame, earlier: pd.DataFrame | None, *, seed: int, per_kind: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the lines with errors in them, and one label per error.

    ``lines`` are true statement lines with quantity, price and amount; ``earlier`` the same settlement at superseded
    prices (None: no wrong_version errors). Labels: key, ``kind``, ``effect_usd`` = erroneous - true, revenue positive.
    The same seed gives the same errors. At most one error per line; fewer than ``per_kind`` where lines run out.
    """
    draw = np.random.default_rng(seed)
    true = lines.reset_index(drop=True)
    wrong_versions = {} if earlier is None else _superseded(true, earlier)
    free = [index for index in true.index if abs(true.at[index, "amount_usd"]) >= 4 * LEAST_EFFECT_USD]
    free = [index for index in free if not pd.isna(true.at[index, "price_usd_per_mwh"])]
    records = dict(enumerate(true.to_dict("records")))
    added: list[dict] = []
    labels: list[dict] = []
    for kind in KINDS:
        pool = [index for index in free if kind != "wrong_version" or index in wrong_versions]
        for index in draw.choice(pool, min(per_kind, len(pool)), replace=False) if pool else []:
            free.remove(index)
            before = records[int(index)]
            after = _erroneous(kind, before, wrong_versions.get(int(index)), len(added), draw)
            _place(kind, int(index), after, records, added)
            labels.append(_label(kind, before, after))
    result = pd.DataFrame([*records.values(), *added], columns=true.columns)
    order = [*KEY[:1], "charge_code", "resource", "interval_start"]
    return result.astype(true.dtypes.to_dict()).sort_values(order, ignore_index=True), pd.DataFrame(labels)


def _superseded(true: pd.DataFrame, earlier: pd.DataFrame) -> dict[int, dict]:
    old = {tuple(row[name] for name in KEY): row for row in earlier.to_dict("records")}
    found = {}
    for index, row in enumerate(true.to_dict("records")):
        other = old.get(tuple(row[name] for name in KEY))
        if other is not None and abs(other["amount_usd"] - row["amount_usd"]) >= LEAST_EFFECT_USD:
            found[index] = other
    return found


def _money(quantity: Decimal, price: Decimal) -> Decimal:
    return (quantity * price).quantize(CENT, rounding=ROUND_HALF_UP)


def _repriced(row: dict, quantity: Decimal, price: Decimal) -> Decimal:
    """Keep the cents by which a line of several intervals differs from its quantity times its mean price."""
    drift = row["amount_usd"] - _money(row["quantity_mwh"], row["price_usd_per_mwh"])
    return _money(quantity, price) + drift


def _erroneous(kind: str, row: dict, old: dict | None, serial: int, draw: np.random.Generator) -> dict:
    after = dict(row)
    quantity, price = row["quantity_mwh"], row["price_usd_per_mwh"]
    if kind == "extra" and row["iso"] == "ercot":
        # ERCOT bills charges, not resources: only a charge of its own is one too many.
        after["charge_code"] = f"SIM{serial}AMT"
    elif kind == "extra":
        after["resource"] = f"SIM-UNKNOWN-{serial}"
    elif kind == "wrong_version":
        after = dict(old or row)
    elif kind == "wrong_price":
        off = Decimal(str(round(float(draw.uniform(1.5, 20.0)), 2)))
        # Enough to show on a small quantity, and never a mirror image of the true price.
        off += (2 * LEAST_EFFECT_USD / abs(quantity)).quantize(CENT) if quantity else Decimal(0)
        after["price_usd_per_mwh"] = price + off if price > 0 else price - off
        after["amount_usd"] = _repriced(row, quantity, after["price_usd_per_mwh"])
    elif kind == "wrong_quantity":
        factor = Decimal(str(round(float(draw.uniform(1.3, 1.9)), 3)))
        after["quantity_mwh"] = (quantity * factor).quantize(Decimal("0.000001"))
        after["amount_usd"] = _repriced(row, after["quantity_mwh"], price)
    elif kind == "sign":
        after["amount_usd"] = -row["amount_usd"]
    after["iso_amount"] = -after["amount_usd"] if after["positive_means"] == "charge" else after["amount_usd"]
    return after


def _place(kind: str, index: int, after: dict, records: dict[int, dict], added: list[dict]) -> None:
    if kind == "missing":
        del records[index]
    elif kind in ("extra", "duplicate"):
        added.append(after)
    else:
        records[index] = after


def _label(kind: str, before: dict, after: dict) -> dict:
    effect = after["amount_usd"] - before["amount_usd"]
    if kind == "missing":
        effect = -before["amount_usd"]
    elif kind in ("extra", "duplicate"):
        effect = after["amount_usd"]
    return {**{name: after[name] for name in KEY}, "kind": kind, "effect_usd": effect}


def ercot_xml(
    lines: pd.DataFrame, *, account: str, day: date, issued_on: date, kind: str = "INITIAL", market: str = "RTM"
) -> bytes:
    """Write one ERCOT day; a second line of the same charge and interval goes into a second ChargeType."""
    blocks = []
    order = lines.groupby(["charge_code", "interval_start"]).cumcount()
    for number, ((code, _), part) in enumerate(lines.groupby(["charge_code", order], sort=True), start=1):
        blocks.append(_ercot_charge(str(code), part, day, number))
    total = sum(lines["iso_amount"], Decimal("0.00"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Statement><AccountSection>'
        f"<MarketType>{market}</MarketType><OperatingDay>{day:%m/%d/%Y}</OperatingDay>"
        f"<BatchDate>{issued_on:%m/%d/%Y}</BatchDate><StatementType>{kind}</StatementType><Channel>1</Channel>"
        f"<ParticipantName>SIMULATED {escape(account)}</ParticipantName><AccountID>{escape(account)}</AccountID>"
        f"<StatementID>SIM-{escape(account)}-{day:%Y%m%d}-{market}-{kind}</StatementID></AccountSection>"
        f"<DataSection>{''.join(blocks)}</DataSection><Summary><CurrentDollars><StatementTotal>{total}</StatementTotal>"
        f"<NetAmount>{total}</NetAmount></CurrentDollars></Summary></Statement>\n"
    ).encode()


def _ercot_charge(code: str, part: pd.DataFrame, day: date, order: int) -> str:
    begin, end = day_bounds(day, MARKETS["ercot"].zone)
    width = (part["interval_end"] - part["interval_start"]).min()
    marks = pd.date_range(begin, end, freq=width)
    values = dict(zip(part["interval_start"], part["iso_amount"], strict=True))
    cells = []
    for number, (start, stop) in enumerate(pairwise(marks), start=1):
        label = stop.tz_convert(MARKETS["ercot"].zone_name).strftime("%H:%M").replace("00:00", "24:00")
        if start in values:
            cells.append(
                f'<Interval NUM="{number}"><IntervalEnding>{label}</IntervalEnding>'
                f"<IntervalValue>{values[start]}</IntervalValue></Interval>"
            )
    total = sum(part["iso_amount"], Decimal("0.00"))
    return (
        f"<ChargeType><AmountDescription>{code}</AmountDescription><AmountCode>{code}</AmountCode>"
        f"<SortGroup>1</SortGroup><SortOrder>{order}</SortOrder><BillingDetails><Activity>CURRENT</Activity>"
        f"<SaveChannel>1</SaveChannel><Amount>{total}</Amount></BillingDetails>"
        f"<NumberOfIntervals>{len(marks) - 1}</NumberOfIntervals>{''.join(cells)}</ChargeType>"
    )


def ercot_extract(lines: pd.DataFrame) -> tuple[bytes, bytes, dict[str, str]]:
    """Write quantities and prices of ERCOT lines as extract tables: headers, intervals and the determinants' names.

    Determinants are called ``Q`` and ``P`` with the charge code; identifiers count from 1.
    """
    names: dict[str, str] = {}
    slots = [f"INT{number:03d}" for number in range(1, 101)]
    headers = ["UIDRTMOUTPUTHEADER,SAVERECORDER,SAVECHANNEL,UIDBILLDETERMINANT,QSECODE"]
    rows = ["UIDRTMOUTPUTHEADER,STARTTIME,STOPTIME,SPI,INTERVALCOUNT," + ",".join(slots)]
    for (code, day), part in lines.groupby(["charge_code", "market_day"], sort=True):
        begin, end = day_bounds(day, MARKETS["ercot"].zone)
        width = (part["interval_end"] - part["interval_start"]).min()
        marks = pd.date_range(begin, end, freq=width, inclusive="left")
        for letter, column in (("Q", "quantity_mwh"), ("P", "price_usd_per_mwh")):
            uid = next((uid for uid, name in names.items() if name == letter + str(code)), str(len(names) + 1))
            names[uid] = letter + str(code)
            number = len(headers)
            headers.append(f"{number},SIM,1,{uid},SIM")
            known = part[part[column].notna()]
            values = dict(zip(known["interval_start"], known[column], strict=True))
            cells = [str(values.get(mark, "")) for mark in marks] + [""] * (len(slots) - len(marks))
            seconds = int(width.total_seconds())
            rows.append(f"{number},{day}T00:00:00,{day}T23:59:59,{seconds},{len(marks)},{','.join(cells)}")
    return "\n".join(headers).encode(), "\n".join(rows).encode(), names


def caiso_xml(lines: pd.DataFrame, *, account: str, day: date, issued_on: date, kind: str = "T+9B") -> bytes:
    """Write one CAISO day with its bill determinants."""
    rows = "".join(
        f"<Line><ChargeCode>{row.charge_code}</ChargeCode><ResourceID>{escape(row.resource)}</ResourceID>"
        f"<Location>{escape(row.location)}</Location><IntervalStart>{row.interval_start.isoformat()}</IntervalStart>"
        f"<IntervalEnd>{row.interval_end.isoformat()}</IntervalEnd><Quantity>{row.quantity_mwh}</Quantity>"
        f"<Price>{row.price_usd_per_mwh}</Price><Amount>{row.iso_amount}</Amount></Line>"
        for row in lines.itertuples()
    )
    total = sum(lines["iso_amount"], Decimal("0.00"))
    return (
        f'<SettlementStatement xmlns="urn:simulated:caiso"><BusinessAssociateID>{escape(account)}</BusinessAssociateID>'
        f"<TradingDate>{day}</TradingDate><StatementType>{kind}</StatementType>"
        f"<StatementID>SIM-{escape(account)}-{day:%Y%m%d}-{kind}</StatementID><IssueDate>{issued_on}</IssueDate>"
        f"<StatementTotal>{total}</StatementTotal><Lines>{rows}</Lines></SettlementStatement>"
    ).encode()


def nyiso_csv(lines: pd.DataFrame, *, account: str, invoice: str, issued_on: date, version: int = 1) -> bytes:
    """Write a NYISO bill; hours count from midnight, so the autumn day has HB 24."""
    out = [
        f"Organization,{account}",
        f"Invoice,SIM-{invoice}",
        f"Version,{version}",
        f"Issued,{issued_on:%m/%d/%Y}",
        "Date,Hour,Interval,Charge,PTID,Resource,MWh,Price,Amount",
    ]
    for row in lines.itertuples():
        minutes = (row.interval_start - day_bounds(row.market_day, MARKETS["nyiso"].zone)[0]) // pd.Timedelta(minutes=1)
        short = row.interval_end - row.interval_start < pd.Timedelta(hours=1)
        part = str(minutes % 60 // 5 + 1) if short else ""
        out.append(
            f"{row.market_day:%m/%d/%Y},HB {minutes // 60:02d},{part},{row.charge_code},{row.location},{row.resource},"
            f"{row.quantity_mwh},{row.price_usd_per_mwh},{row.iso_amount}"
        )
    out.append(f"Total,,,,,,,,{sum(lines['iso_amount'], Decimal('0.00'))}")
    return ("\n".join(out) + "\n").encode()


def pjm_csv(totals: list[tuple[str, str, str, str, Decimal]], *, account: str, period: tuple[date, date]) -> bytes:
    """Write a PJM monthly bill from rows of (code, ``A`` or empty, name, adjustment period, amount)."""
    out = ["PJM Monthly Billing Statement (SIMULATED)", f"Account,{account}", "", "Organization,SIM-1", ""]
    out += [f"Start,{period[0]:%m/%d/%Y}", f"Stop,{period[1]:%m/%d/%Y}"]
    for title, credit in (("CHARGES", False), ("CREDITS", True)):
        part = [row for row in totals if row[0].startswith("2") == credit]
        out += [title, *(f"{code},{mark},{name},{when},{amount}" for code, mark, name, when, amount in part)]
        out.append(f"Total {title.title()},{sum((row[4] for row in part), Decimal('0.00'))}")
    return ("\n".join([*out, "End of Report"]) + "\n").encode()


#: Hourly reports of PJM: title, day-ahead and balancing charge, and whether they give the pnode.
PJM_HOURLY = {
    "PJM Spot Market Energy Summary (SIMULATED)": ("1200", "1205", False),
    "PJM Transmission Congestion Summary (SIMULATED)": ("1210", "1215", True),
    "PJM Transmission Losses Summary (SIMULATED)": ("1220", "1225", True),
}


def pjm_hours(lines: pd.DataFrame, *, title: str, account: str) -> bytes:
    """Write an hourly report of two charges side by side; an hour that is billed twice is there twice."""
    ahead, balancing, _ = PJM_HOURLY[title]
    rows: dict[tuple, dict[str, tuple[Decimal, Decimal, Decimal]]] = {}
    mine = lines[lines["charge_code"].isin([ahead, balancing])]
    copies = mine.groupby(["charge_code", "location", "interval_start"]).cumcount()
    for row, copy in zip(mine.to_dict("records"), copies, strict=True):
        cells = rows.setdefault((row["interval_start"], row["location"], copy), {})
        cells[row["charge_code"]] = (-row["quantity_mwh"], row["price_usd_per_mwh"], row["iso_amount"])
    nothing = (Decimal(0), Decimal(0), Decimal("0.00"))
    heads = (
        "Customer,PNode,EPT hour ending,GMT hour ending,DA MWh,DA price,DA charge,RT MWh,Deviation,RT price,RT charge"
    )
    out = [title, f"Account,{account}", "", "", heads]
    for (start, location, _), cells in sorted(rows.items()):
        end = start + pd.Timedelta(hours=1)
        local = end.tz_convert(MARKETS["pjm"].zone_name)
        da, rt = cells.get(ahead, nothing), cells.get(balancing, nothing)
        numbers = ",".join("" if pd.isna(cell) else str(cell) for cell in (*da, da[0] + rt[0], *rt))
        out.append(f"{account},{location},{local:%m/%d/%Y %H:%M},{end:%m/%d/%Y %H:%M},{numbers}")
    return ("\n".join([*out, "End of Report"]) + "\n").encode()
