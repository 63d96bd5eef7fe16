"""A small certificate world: three parties in one registry, one batch of a hundred, on SQLite and on Postgres."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.parties import Actor, Lot, Parcel

REFERENCE = Path(__file__).parents[2] / "data" / "reference" / "certificates"
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)
ALICE, BOB = Actor("alice", "Alder Energy"), Actor("bob", "Birch Power")
ADMINISTRATOR = Actor("registry desk", "M-RETS", "administrator")


def parcel(base: str = "G1-01-2026-MN-abc", quantity: int = 100, **changes) -> Parcel:
    terms = {
        "serial_base": base,
        "serial_start": 1,
        "serial_end": quantity,
        "generator": "G1",
        "fuel": "wind",
        "location": "MN",
        "generation_start": date(2026, 1, 1),
        "generation_end": date(2026, 1, 31),
        "eligibility": (("MN", "Most utilities"),),
    }
    return Parcel(**(terms | changes))


class World:
    """Accounts and helpers around a book."""

    def __init__(self, book: CertificateBook, registry: str = "mrets"):
        self.book, self.registry = book, registry
        self.alice = book.open_account(registry, "Alder Energy", ALICE, NOON)
        self.bob = book.open_account(registry, "Birch Power", BOB, NOON)

    def post(self, *operations, actor=ALICE, at=NOON):
        return self.book.post(operations, actor, at, "test")

    def issue(self, *parcels, account=None, cost=None, at=NOON):
        cost = None if cost is None else Decimal(cost)
        self.post(Issue(account or self.alice, parcels or (parcel(),), cost), actor=ADMINISTRATOR, at=at)
        return [
            self.book.find_lot(self.registry, p.serial_base, p.serial_start, p.serial_end)
            for p in parcels or (parcel(),)
        ]

    def held(self):
        """Every piece as (serial base, start, end, organization, kind)."""
        with self.book.ledger.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT b.serial_base, h.serial_start, h.serial_end, a.organization, a.kind "
                "FROM certificate_holdings h "
                "JOIN certificate_batches b ON b.batch_id = h.batch_id "
                "JOIN certificate_accounts a ON a.account_id = h.account_id ORDER BY 1, 2"
            )
            return [tuple(row) for row in rows]


def part(lot: Lot, start: int, end: int) -> Lot:
    return Lot(lot.batch_id, start, end)
