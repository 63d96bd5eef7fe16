"""The simulated ISOs' post: statement files for settled days laid into the inbox, payments of the simulated bank.

A simulated ISO bills the day after, ahead of the real calendars, so that a new platform has something to reconcile.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from market_platform.defs.settlement.positions import inbox
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.sandbox.statements_issued import issued_statements
from market_platform.sandbox.world.noise import stream
from market_platform.settlement.books import tables
from market_platform.settlement.exact import cents
from market_platform.settlement.inputs.from_lake import inputs_from_lake
from market_platform.settlement.payments.invoices import Invoice
from market_platform.settlement.payments.matching import Payment
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.resettlement import superseded_lines


def statements_folder(platform: Platform) -> Path:
    """Return the folder that statements are taken from."""
    return inbox(platform) / "statements"


def labels_folder(platform: Platform) -> Path:
    """Return the folder with the errors that the simulated ISOs put in, one CSV a statement file."""
    return platform.settings.data_folder / "sandbox" / "statement_errors"


def post_statements(platform: Platform) -> list[Path]:
    """Write the statements of settled days that have none yet into the inbox; return the files."""
    written = []
    for iso, account, day in _unbilled(platform):
        inputs = inputs_from_lake(platform.lake, iso, day, day, account=account)
        lines = settle(iso, inputs)
        if lines.empty:
            continue
        issued = issued_statements(
            lines, superseded_lines(iso, inputs), market=iso, account=account, day=day,
            issued_on=today(platform.clock(), MARKETS[iso].zone), seed=platform.settings.sandbox_seed,
        )  # fmt: skip
        for statement in issued:
            place = statements_folder(platform) / statement.file_name
            label = labels_folder(platform) / f"{statement.file_name}.csv"
            for folder in (place.parent, label.parent):
                folder.mkdir(parents=True, exist_ok=True)
            statement.labels.to_csv(label, index=False)
            place.write_bytes(statement.data)
            written.append(place)
    return written


def _unbilled(platform: Platform) -> list[tuple[str, str, date]]:
    shadow, heads = tables.shadow, tables.statements
    with platform.ledger.read() as connection:
        settled = {
            (str(row["iso"]), str(row["account"]), row["market_day"])
            for row in connection.execute(
                sa.select(shadow.c.iso, shadow.c.account, shadow.c.market_day).distinct()
            ).mappings()
        }
        rows = connection.execute(
            sa.select(heads.c.iso, heads.c.account, heads.c.first_day, heads.c.last_day)
        ).mappings()
        billed = {
            (str(row["iso"]), str(row["account"]), day)
            for row in rows
            for day in pd.date_range(row["first_day"], row["last_day"]).date
        }
    return sorted(settled - billed)


def seeded_errors(platform: Platform, file_name: str) -> pd.DataFrame | None:
    """Return the errors that the simulated ISO put into a file, or None for a file of somebody else's."""
    label = labels_folder(platform) / f"{file_name}.csv"
    if not label.exists():
        return None
    return pd.read_csv(label, dtype={"charge_code": "str", "effect_usd": "str"}, keep_default_na=False)


def simulated_payments(platform: Platform, invoices: list[Invoice]) -> list[Payment]:
    """Pay simulated invoices as a simulated bank does: most in full, some in part, some not yet."""
    paid = []
    for item in invoices:
        part = int(stream(platform.settings.sandbox_seed, "payment", item.invoice_id)[0] % 8)
        share = {0: None, 1: "0.60", 2: None}.get(part, "1")
        if share is None or not item.amount_usd:
            continue
        amount = cents(item.amount_usd * Decimal(share))
        reference = f"SIMULATED transfer {item.invoice_id}"
        paid.append(Payment(f"SIM-{item.invoice_id}"[:64], item.iso, item.invoiced_on, amount, reference))
    return paid
