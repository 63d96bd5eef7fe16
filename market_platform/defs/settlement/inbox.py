"""The inbox: files that a person, a robot or a simulated ISO drops, each taken once and moved aside."""

from collections.abc import Sequence
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
from market_platform.settlement.statements.pjm_bundle import make_bundle
from market_platform.settlement.statements.pjm_hours import layouts_of

#: Enough of a file to tell by its first row what it is.
HEAD_BYTES = 4096


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


def papers(files: Sequence[Path]) -> list[list[Path]]:
    """Return the files that are taken together: PJM's bill with its hourly reports where there is one bill, else each alone."""
    heads = {path: _head(path) for path in files}
    reports = [path for path in files if layouts_of(heads[path])]
    bills = [path for path in files if path not in reports and b"PJM" in heads[path].split(b"\n", 1)[0].upper()]
    if not reports or len(bills) != 1:
        return [[path] for path in files]
    alone = [[path] for path in files if path not in (*reports, *bills)]
    return [[*bills, *reports], *alone]


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def take_inbox(platform: Platform) -> list[FileResult]:
    """Take every statement of the inbox. A taken or refused file is moved into a folder of that name beside it."""
    results = []
    for paths in papers(waiting_files(statements_folder(platform))):
        contents = [path.read_bytes() for path in paths]
        data = make_bundle(contents[0], contents[1:]) if len(contents) > 1 else contents[0]
        result = take_one(platform, paths[0].name, data)
        results.append(result)
        if result.outcome != "waiting":
            for path in paths:
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
