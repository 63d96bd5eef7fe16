"""Which loads oblige to certificates, and whose they are."""

from collections.abc import Sequence

from market_platform.certificates.compliance.duties import obligation_rows
from market_platform.certificates.compliance.load import Load, whole_periods
from market_platform.certificates.desk import Desk


def computable(desk: Desk, known: Sequence[Load]) -> list[Load]:
    """Return the loads from which certificates follow: steps are held, and it is not a charge on load alone.

    The years of a period of several are one load where all of them are there.
    """
    known = whole_periods(desk.reference.programmes, known)
    rows, _ = obligation_rows(desk, known)
    owed = set(rows.loc[rows["percent"].notna(), ["supplier", "state", "period"]].itertuples(index=False, name=None))
    return [load for load in known if (load.supplier, load.state, load.period) in owed]


def fileable(desk: Desk, known: Sequence[Load]) -> list[Load]:
    """Return the loads for which a filing can be made: those that oblige to certificates, and those charged a rate."""
    known = whole_periods(desk.reference.programmes, known)
    rows, _ = obligation_rows(desk, known)
    rows = rows[rows["percent"].notna() | rows["most_payment_usd"].notna()]
    owed = set(rows[["supplier", "state", "period"]].itertuples(index=False, name=None))
    return [load for load in known if (load.supplier, load.state, load.period) in owed]


def by_supplier(known: Sequence[Load]) -> list[tuple[str, list[Load]]]:
    """Return the loads of each supplier together: their plan is made over all states at once."""
    suppliers = sorted({load.supplier for load in known})
    return [(supplier, [load for load in known if load.supplier == supplier]) for supplier in suppliers]
