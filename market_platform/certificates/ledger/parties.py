"""Who acts on what: actors, accounts, lots of serials, batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

TERMINAL_KINDS = frozenset({"retirement", "exported", "expired", "residual", "withdrawn"})


@dataclass(frozen=True)
class Actor:
    """Who does it. Only an administrator may act for other organizations or undo a retirement."""

    name: str
    organization: str
    role: Literal["user", "administrator"] = "user"

    @property
    def is_administrator(self) -> bool:
        """Whether the registry's administrator acts."""
        return self.role == "administrator"


@dataclass(frozen=True)
class Account:
    """A registry account or sub-account of one organization."""

    account_id: int
    registry: str
    organization: str
    kind: str
    name: str


@dataclass(frozen=True)
class Lot:
    """Serials ``serial_start`` to ``serial_end`` (both included) of one batch: one certificate is one MWh."""

    batch_id: int
    serial_start: int
    serial_end: int

    @property
    def quantity(self) -> int:
        """Number of certificates."""
        return self.serial_end - self.serial_start + 1


@dataclass(frozen=True)
class Batch:
    """Serials issued together, with what identifies their generation."""

    batch_id: int
    class_id: int
    registry: str
    serial_base: str
    serial_start: int
    serial_end: int
    generation_end: date
    fuel: str
    vintage: date
    eligibility: str


@dataclass(frozen=True)
class Parcel:
    """Certificates that enter the ledger: a new serial range with its generation.

    ``eligibility`` lists (state, tier) pairs that the registry certifies. ``imported_*`` name the foreign serials of an
    import. Vintage is the month of the last day of the generation period (M-RETS Operating Procedures).
    """

    serial_base: str
    serial_start: int
    serial_end: int
    generator: str
    fuel: str
    location: str
    generation_start: date
    generation_end: date
    eligibility: tuple[tuple[str, str], ...] = ()
    imported_from: str | None = None
    imported_base: str | None = None
    imported_start: int | None = None

    @property
    def quantity(self) -> int:
        """Number of certificates."""
        return self.serial_end - self.serial_start + 1

    @property
    def vintage(self) -> date:
        """First day of the vintage month."""
        return self.generation_end.replace(day=1)

    @property
    def eligibility_text(self) -> str:
        """Canonical form under which classes are told apart: ``DC:Solar;DC:Tier I``."""
        return ";".join(sorted(f"{state}:{tier}" for state, tier in set(self.eligibility)))


@dataclass(frozen=True)
class Draft:
    """What an operation is about to write: transaction terms, and moves of (lot, from account, to account)."""

    terms: Mapping[str, object]
    moves: tuple[tuple[Lot, int, int], ...]
    transaction_id: int | None = None
    outcome: str | None = None
