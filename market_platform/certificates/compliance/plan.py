"""From holdings to retirements: which certificates an owner should retire for what, at least cost, ready to post."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from market_platform.certificates.compliance.assignment import Assignment, assign
from market_platform.certificates.compliance.eligibility import eligible_classes
from market_platform.certificates.compliance.obligations import Requirement
from market_platform.certificates.compliance.programmes import Programme
from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.leaving import Claim, Retire
from market_platform.certificates.ledger.parties import Lot

USABLE_KINDS = ("active", "banked", "compliance")


@dataclass(frozen=True)
class Plan:
    """The optimum, the owner's lots that it drew from, and the retirements that carry it out."""

    assignment: Assignment
    lots: pd.DataFrame
    operations: tuple[Retire, ...]


def usable_lots(connection: sa.Connection, owner: str) -> pd.DataFrame:
    """Return an owner's certificates that can still be retired: lot_id, account_id, serials, class, cost_usd.

    ``cost_usd`` is what they cost; certificates of unknown cost count as free, so give marks to price them otherwise.
    """
    holding, account, kind = tables.holdings.c, tables.accounts.c, tables.classes.c
    query = (
        sa.select(
            holding.account_id, holding.batch_id, holding.serial_start, holding.serial_end,
            (holding.serial_end - holding.serial_start + 1), kind.class_id, kind.registry, kind.vintage,
            kind.eligibility, holding.unit_cost_usd,
        )
        .join_from(tables.holdings, tables.accounts)
        .join(tables.batches, tables.batches.c.batch_id == holding.batch_id)
        .join(tables.classes, kind.class_id == tables.batches.c.class_id)
        .where(account.organization == owner, account.kind.in_(USABLE_KINDS))
        .order_by(holding.batch_id, holding.serial_start)
    )  # fmt: skip
    names = [
        "account_id", "batch_id", "serial_start", "serial_end", "quantity", "class_id", "registry", "vintage",
        "eligibility", "cost_usd",
    ]  # fmt: skip
    rows = pd.DataFrame(connection.execute(query).all(), columns=names)
    rows["cost_usd"] = [Decimal(0) if cost is None else cost for cost in rows["cost_usd"]]
    return rows.rename_axis("lot_id").reset_index()


def plan_retirements(
    connection: sa.Connection,
    owner: str,
    requirements: Sequence[Requirement],
    programmes: Mapping[str, Programme],
    on: date,
    beneficiary: str,
    reason: str,
    marks_usd: Mapping[int, Decimal] | None = None,
) -> Plan:
    """Return the least-cost plan of an owner for requirements of any number of states on a day.

    ``marks_usd`` prices certificate classes at market instead of cost. Raises Infeasible without a proven optimum.
    """
    lots = usable_lots(connection, owner)
    if marks_usd:
        lots["cost_usd"] = [
            marks_usd.get(row.class_id, row.cost_usd) for row in lots[["class_id", "cost_usd"]].itertuples()
        ]
    classes = lots[["class_id", "registry", "vintage", "eligibility"]].drop_duplicates("class_id")
    pairs = eligible_classes(classes, requirements, programmes, on)
    eligible = lots[["lot_id", "class_id"]].merge(pairs, on="class_id")[["lot_id", "requirement", "banked"]]
    assignment = assign(lots, eligible, requirements)
    return Plan(assignment, lots, _operations(assignment, lots, requirements, beneficiary, reason))


def _operations(
    assignment: Assignment, lots: pd.DataFrame, requirements: Sequence[Requirement], beneficiary: str, reason: str
) -> tuple[Retire, ...]:
    pieces: dict[tuple[int, int], list[Lot]] = {}
    next_serial = lots.set_index("lot_id")["serial_start"].to_dict()
    place = lots.set_index("lot_id")[["account_id", "batch_id"]]
    for row in assignment.lots.itertuples():
        start = next_serial[row.lot_id]
        next_serial[row.lot_id] = start + row.quantity
        account_id, batch_id = (int(value) for value in place.loc[row.lot_id])
        lot = Lot(batch_id, int(start), int(start + row.quantity - 1))
        pieces.setdefault((account_id, row.requirement), []).append(lot)
    return tuple(
        Retire(tuple(found), account_id, reason, beneficiary, _claim(requirements[number], requirements))
        for (account_id, number), found in pieces.items()
    )


def _claim(item: Requirement, requirements: Sequence[Requirement]) -> Claim:
    inside = tuple(other.tier for other in requirements if other.state == item.state and other.within == item.tier)
    return Claim(item.state, item.tier, item.period, inside)
