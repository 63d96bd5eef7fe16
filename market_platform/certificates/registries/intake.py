"""A registry's list into the ledger: what is new is issued, what the registry says is retired is retired.

Reading the same list again writes nothing. Where a list contradicts what the ledger knows, nothing is changed and the
difference is told: the ledger may be ahead (retired here, not yet there), or somebody acted at the registry.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd

from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.leaving import Retire
from market_platform.certificates.ledger.parties import Actor
from market_platform.certificates.registries.exports import parcels
from market_platform.certificates.registries.reconcile import RANGE, differences, ledger_ranges, new_holdings
from market_platform.errors import SchemaChanged

# Words that registries use for the state of a holding, as far as they are public or told by users.
WORDS = {
    "": "active", "active": "active", "banked": "active", "reserve": "active", "pending": "active",
    "retired": "retired", "exported": "exported", "expired": "expired", "withdrawn": "withdrawn",
    "cancelled": "withdrawn",
}  # fmt: skip
DIFFERENCES = [*RANGE, "organization", "registry_status", "ledger_status", "meaning"]
# (registry, ledger) pairs that only say who is ahead; any other pair asks for a look.
AHEAD = {
    ("active", "retired"): "retired in the ledger, still to be carried out at the registry",
    ("active", "exported"): "exported in the ledger, still to be carried out at the registry",
    ("active", "expired"): "expired in the ledger, still listed by the registry",
    ("active", "absent"): "moved on to another organization in the ledger, still listed by the registry",
}


@dataclass(frozen=True)
class Intake:
    """What one list brought: certificates issued and retired, how many are gone already, where registry and ledger differ.

    ``differences`` has the columns ``DIFFERENCES``; a ``meaning`` that is empty asks for a look.
    """

    issued: int
    retired: int
    gone: int
    differences: pd.DataFrame


def certified(listed: pd.DataFrame, registry: str, certificates: pd.DataFrame) -> pd.DataFrame:
    """Fill the eligibility of generators for which the list names none.

    ``certificates``: registry, generator, eligibility (``DC:Solar;DC:Tier I``), as the states' certifications stand.
    """
    own = certificates[certificates["registry"] == registry].set_index("generator")["eligibility"].to_dict()
    known = [text if ":" in text else own.get(plant, "") for text, plant in _pairs(listed, "eligibility", "generator")]
    return listed.assign(eligibility=known)


def take_in(
    book: CertificateBook,
    registry: str,
    listed: pd.DataFrame,
    actor: Actor,
    at: datetime,
    source: str,
    organization: str = "",
    unit_cost_usd: Mapping[str, Decimal] | None = None,
) -> Intake:
    """Bring a registry's list (columns ``HOLDING``) into the ledger, all of it or nothing.

    ``organization`` owns the rows that name none. ``unit_cost_usd`` gives what a certificate of a fuel cost, where known.
    Raises SchemaChanged for a status that no list has shown before, or a row without an owner.
    """
    rows = _normal(listed, organization)
    with book.ledger.read() as connection:
        fresh = new_holdings(rows[rows["status"].isin(("active", "retired"))], ledger_ranges(connection, registry))
    issued = _issue(book, registry, fresh, actor, at, source, unit_cost_usd or {})
    retired = _retire(book, registry, fresh[fresh["status"] == "retired"], actor, at, source)
    gone = int(rows.loc[~rows["status"].isin(("active", "retired")), "quantity"].sum())
    return Intake(issued, retired, gone, compare(book, registry, listed, organization))


def compare(book: CertificateBook, registry: str, listed: pd.DataFrame, organization: str = "") -> pd.DataFrame:
    """Return where a registry's list and the ledger differ, in the columns ``DIFFERENCES``; nothing is written."""
    rows = _normal(listed, organization)
    with book.ledger.read() as connection:
        ours = ledger_ranges(connection, registry)
    found = [
        differences(part, ours, str(owner)).assign(organization=owner) for owner, part in rows.groupby("organization")
    ]
    return _explained(pd.concat(found)) if found else pd.DataFrame(columns=DIFFERENCES)


def _normal(listed: pd.DataFrame, organization: str) -> pd.DataFrame:
    words = listed["status"].astype(str).str.strip().str.lower()
    unknown = sorted(set(words) - WORDS.keys())
    if unknown:
        msg = f"the registry's list has the status {unknown}, known are {sorted(filter(None, WORDS))}: map it to one"
        raise SchemaChanged(msg)
    owner = listed["organization"].where(listed["organization"] != "", organization)
    if (owner == "").any():
        msg = "the registry's list names no organization: say whose certificates these are"
        raise SchemaChanged(msg)
    # ERCOT numbers without a base; there the generator tells one range from another.
    base = listed["serial_base"].where(listed["serial_base"] != "", listed["generator"])
    account = listed["account"].where(listed["account"] != "", "active")
    return listed.assign(status=words.map(WORDS), organization=owner, serial_base=base, account=account)


def _issue(
    book: CertificateBook,
    registry: str,
    fresh: pd.DataFrame,
    actor: Actor,
    at: datetime,
    source: str,
    unit_cost_usd: Mapping[str, Decimal],
) -> int:
    operations = []
    for key, part in fresh.groupby(["organization", "account", "fuel"], sort=True):
        owner, name, fuel = (str(word) for word in key)
        account = book.open_account(registry, owner, actor, at, name=name)
        operations.append(Issue(account, parcels(part), unit_cost_usd.get(fuel)))
    if operations:
        book.post(operations, actor, at, source)
    return int(fresh["quantity"].sum())


def _retire(
    book: CertificateBook, registry: str, retired: pd.DataFrame, actor: Actor, at: datetime, source: str
) -> int:
    operations = []
    for row in retired.to_dict("records"):
        account = book.open_account(registry, row["organization"], actor, at, name=row["account"])
        lot = book.find_lot(registry, row["serial_base"], row["serial_start"], row["serial_end"])
        operations.append(Retire((lot,), account, "as listed by the registry", row["organization"]))
    if operations:
        book.post(operations, actor, at, source)
    return int(retired["quantity"].sum())


def _explained(found: pd.DataFrame) -> pd.DataFrame:
    # What the registry lists as gone and the ledger never had is no difference: nobody holds it.
    never = (found["ledger_status"] == "absent") & ~found["registry_status"].isin(("active", "retired"))
    kept = found[~never]
    pairs = _pairs(kept, "registry_status", "ledger_status")
    return kept.assign(meaning=[AHEAD.get(pair, "") for pair in pairs])[DIFFERENCES].reset_index(drop=True)


def _pairs(rows: pd.DataFrame, first: str, second: str) -> list[tuple[str, str]]:
    return list(zip(rows[first], rows[second], strict=True))
