"""Disputes as a person handles them: what is due, the message to the ISO, the next state. Nothing is sent anywhere."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from market_platform.contracts.families.settlement import SETTLEMENT_DISPUTES
from market_platform.defs.settlement.lake_rows import dispute_frame
from market_platform.errors import RuleBroken
from market_platform.ingest.derived import hash_of, lay_in
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.settlement.books import tables, view
from market_platform.settlement.disputes.draft import Dispute
from market_platform.settlement.disputes.ercot_xml import Contact, read_dispute_extract, write_dispute
from market_platform.settlement.disputes.extract import Told, told
from market_platform.settlement.disputes.states import due_soon, expire, move

#: Deadlines are counted in the ISO's own day; a reminder over all ISOs uses the earliest of them, the West's.
REMINDER_ZONE = MARKETS["caiso"].zone


def reports_folder(platform: Platform) -> Path:
    """Return the folder of settlement's papers."""
    return platform.settings.data_folder / "reports" / "settlement"


def expire_drafts(platform: Platform) -> int:
    """Mark drafts whose window has passed; return how many."""
    with platform.ledger.begin() as connection:
        return expire(connection, today(platform.clock(), REMINDER_ZONE), platform.clock())


def due_within(platform: Platform, days: int) -> list[sa.RowMapping]:
    """Return drafts that have to be filed within some days, the most urgent first."""
    with platform.ledger.read() as connection:
        return due_soon(connection, today(platform.clock(), REMINDER_ZONE), days)


def late_drafts(platform: Platform) -> int:
    """Return how many drafts were not filed in time and are not marked so yet."""
    table, now = tables.disputes, today(platform.clock(), REMINDER_ZONE)
    query = sa.select(sa.func.count()).where(table.c.state == "drafted", table.c.deadline < now)
    with platform.ledger.read() as connection:
        return connection.scalar(query) or 0


def dispute_message(platform: Platform, which: str, contact: Contact, *, sub_type: str = "") -> tuple[Dispute, Path]:
    """Write what is to be filed, with its evidence: ERCOT's upload message, for other ISOs the evidence as JSON.

    Nothing leaves the machine: the file is uploaded by a person. Raises RuleBroken for an unknown dispute.
    """
    with platform.ledger.read() as connection:
        dispute = view.dispute_of(connection, which)
    folder = reports_folder(platform) / "disputes"
    folder.mkdir(parents=True, exist_ok=True)
    if dispute.iso == "ercot":
        path = folder / f"{dispute.dispute_id}.xml"
        path.write_bytes(write_dispute(dispute, contact, sub_type=sub_type or dispute.cause))
    else:
        path = folder / f"{dispute.dispute_id}.json"
        path.write_text(dispute.evidence_json, encoding="utf-8")
    return dispute, path


def move_dispute(
    platform: Platform, which: str, state: str, *, note: str = "", awarded_usd: Decimal | None = None
) -> Dispute:
    """Bring a dispute into its next state, as the person or the ISO says; return it.

    Raises RuleBroken where that state may not follow or the window has closed.
    """
    now = platform.clock()
    with platform.ledger.begin() as connection:
        dispute = view.dispute_of(connection, which)
        local: date = today(now, MARKETS[dispute.iso].zone)
        move(connection, dispute.dispute_id, state, at=now, today=local, note=note, awarded_usd=awarded_usd)
        return view.dispute_of(connection, dispute.dispute_id)


def follow_extract(platform: Platform, data: bytes) -> list[Told]:
    """Bring our disputes to where ERCOT's extract says that they are; return what each row meant.

    The bytes are archived. A dispute that ERCOT has was filed, whatever our own note says. Raises StatementRefused.
    """
    platform.archive.keep(data)
    rows = read_dispute_extract(data)
    now = platform.clock()
    found = []
    for status in rows:
        with platform.ledger.begin() as connection:
            each = told(status, view.dispute_rows(connection, iso="ercot"))
            for state in each.steps:
                # ERCOT took it in time, or it would not be there: the deadline is not asked again.
                awarded = each.awarded_usd if state.startswith("granted") else None
                day = date.fromisoformat(status.operating_date[:10])
                note = f"ERCOT dispute {status.dispute_number}: {status.status} {status.resolution_code}".strip()
                move(connection, each.dispute_id, state, at=now, today=day, note=note, awarded_usd=awarded)
            found.append(each)
    return found


def publish_disputes(platform: Platform, asset: str) -> pd.DataFrame:
    """Lay in the ledger's disputes as they stand; return them."""
    with platform.ledger.read() as connection:
        rows = dispute_frame(view.dispute_rows(connection))
    lay_in(platform.lake, SETTLEMENT_DISPUTES, asset, rows, read_at=platform.clock(), inputs=hash_of([rows]))
    return rows


def all_disputes(platform: Platform) -> list[Dispute]:
    """Return every dispute with its evidence."""
    with platform.ledger.read() as connection:
        identifiers: list[str] = list(connection.scalars(sa.select(tables.disputes.c.dispute_id)))
        return [view.dispute_of(connection, identifier) for identifier in sorted(identifiers)]


def contact_of(platform: Platform, *, phone: str, email: str, last_name: str, first_name: str) -> Contact:
    """Return the contact that a message names; the sandbox has one of its own. Raises RuleBroken where a part is missing."""
    parts = {"phone": phone, "email": email, "last_name": last_name, "first_name": first_name}
    if platform.settings.origin == "sandbox":
        parts = {name: value or "SIMULATED" for name, value in parts.items()}
    missing = [name.replace("_", "-") for name, value in parts.items() if not value]
    if missing:
        msg = f"the message names a person to call: give {', '.join('--' + name for name in missing)}"
        raise RuleBroken(msg)
    return Contact(**parts)
