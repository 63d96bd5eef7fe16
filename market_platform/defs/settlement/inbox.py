"""The inbox: files that a person, a robot or a simulated ISO drops, each taken once and moved aside."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from market_platform.defs.settlement.office import take_file
from market_platform.defs.settlement.payments import read_payments
from market_platform.defs.settlement.positions import inbox
from market_platform.defs.settlement.simulated_statements import statements_folder
from market_platform.errors import Infeasible, RuleBroken
from market_platform.platform import Platform
from market_platform.settlement.payments.invoices import Invoice
from market_platform.settlement.payments.matching import Payment
from market_platform.settlement.refusals import StatementRefused


@dataclass(frozen=True)
class FileResult:
    """What became of one file: taken, refused (in quarantine) or waiting (its days cannot be settled yet)."""

    file_name: str
    outcome: str
    statement: str
    message: str


def waiting_files(folder: Path) -> list[Path]:
    """Return the files of a folder that nobody has taken yet; hidden and half-written (``.part``) ones are left."""
    if not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if path.is_file())
    return sorted(path for path in files if not path.name.startswith(".") and path.suffix != ".part")


def take_inbox(platform: Platform) -> list[FileResult]:
    """Take every statement of the inbox. A taken or refused file is moved into a folder of that name beside it."""
    results = []
    for path in waiting_files(statements_folder(platform)):
        result = take_one(platform, path.name, path.read_bytes())
        results.append(result)
        if result.outcome != "waiting":
            place = path.parent / result.outcome / path.name
            place.parent.mkdir(exist_ok=True)
            path.replace(place)
    return results


def take_one(
    platform: Platform,
    name: str,
    data: bytes,
    *,
    account: str | None = None,
    period: tuple[date, date] | None = None,
) -> FileResult:
    """Take one statement or invoice and say what became of it; ``account`` and ``period`` are for PJM's XML."""
    try:
        taken = take_file(platform, name, data, account=account, period=period)
    except StatementRefused as refusal:
        return FileResult(name, "refused", "", f"{refusal.reason}: {refusal}")
    except (Infeasible, RuleBroken) as missing:
        return FileResult(name, "waiting", "", str(missing))
    if isinstance(taken, Invoice):
        return FileResult(name, "taken", taken.invoice_id, f"invoice of {taken.amount_usd} USD, due {taken.due_on}")
    outcome = taken.outcome
    message = f"{outcome.matched_lines} of {outcome.compared_lines} lines match, variance {outcome.variance_usd} USD"
    return FileResult(name, "taken", taken.statement.statement_id, message)


def inbox_payments(platform: Platform) -> list[Payment]:
    """Return the payments of the CSV files in data/inbox/payments; the files stay, payments are told by identifier."""
    folder = inbox(platform) / "payments"
    return [payment for path in waiting_files(folder) for payment in read_payments(path.read_bytes(), path.name)]
