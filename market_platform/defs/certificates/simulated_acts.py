"""What the simulated desk once did, posted once: a sale, a purchase, an offer, a forward, a banking, a retirement.

It gives a fresh sandbox a history with prices and open ends. Nothing of it happens outside of the sandbox.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from market_platform.certificates import desk as acts
from market_platform.certificates.compliance.duties import carry_out, standing
from market_platform.certificates.compliance.load import Load
from market_platform.certificates.desk import Desk, Wanted
from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.forward import Forward, agree
from market_platform.defs.certificates import simulated

SOURCE = "sandbox desk (simulated)"
COUNTERPARTY = "Simulated Harbor Trading"
SITE = "Prairie headquarters"
CLERK = "simulated desk"


def open_windows(desk: Desk, now: datetime) -> None:
    """Declare the trading quarter around a moment for registries that move only in declared ones."""
    opens, closes = simulated.quarter(now)
    column = tables.windows.c
    for key, registry in desk.reference.registries.items():
        if registry.rules.get("trading_window") != "declared":
            continue
        with desk.book.ledger.read() as connection:
            known = connection.execute(
                sa.select(column.registry).where(column.registry == key, column.opens_at <= now, column.closes_at > now)
            ).first()
        if known is None:
            desk.book.declare_window(key, opens, closes, SOURCE)


def act_once(desk: Desk, now: datetime) -> bool:
    """Post the simulated desk's history if it is not there; return whether it was posted now."""
    with desk.book.ledger.read() as connection:
        query = sa.select(tables.transactions.c.transaction_id).where(tables.transactions.c.source == SOURCE)
        if connection.execute(query.limit(1)).first() is not None:
            return False
    own, other = desk.actor(CLERK), desk.actor(CLERK, COUNTERPARTY)
    for registry in ("pjm_gats", "mrets"):
        desk.book.open_account(registry, COUNTERPARTY, other, now)
    gats, mrets = (acts.account_of(desk, key, desk.organization) for key in ("pjm_gats", "mrets"))
    harbor, prairie = (acts.account_of(desk, key, COUNTERPARTY) for key in ("pjm_gats", "mrets"))
    sold = acts.transfer(
        desk, gats, COUNTERPARTY, Wanted(quantity=2_000, fuel="wind"), own, now, SOURCE, Decimal("19.25")
    )
    acts.settle(desk, sold.transaction_id, "accepted", other, now, SOURCE)
    bought = acts.transfer(desk, harbor, desk.organization, Wanted(quantity=500), other, now, SOURCE, Decimal("19.60"))
    acts.settle(desk, bought.transaction_id, "accepted", own, now, SOURCE)
    acts.transfer(desk, mrets, COUNTERPARTY, Wanted(quantity=750), own, now, SOURCE, Decimal("1.20"))
    this_year = (now.replace(day=1) - timedelta(days=1)).date().replace(month=1, day=1)
    acts.retire(desk, mrets, Wanted(quantity=1_200, vintage_from=this_year), "BBO", SITE, own, now, SOURCE)
    nepool = acts.account_of(desk, "nepool_gis", desk.organization)
    acts.rearrange(
        desk, nepool, Wanted(quantity=1_000, fuel="wind", vintage_from=this_year), "banked", own, now, SOURCE
    )
    for quantity, days in ((300, 0), (1_500, 30)):
        forward = Forward(
            mrets, prairie, quantity, date(now.year - 1, 1, 1), date(now.year, 12, 1),
            (now + timedelta(days=days)).date(), True, Decimal("1.15"), "wind",
        )  # fmt: skip
        agree(desk.book, forward, own, now, SOURCE)
    return True


def settle_closed_periods(desk: Desk, supplier: str, loads: list[Load], on: date, now: datetime) -> int:
    """Retire, as the simulated supplier, what the least-cost plan assigns to periods that are over; return how many."""
    rows = standing(desk, supplier, loads, on)
    carry_out(desk, rows.plan, desk.actor(CLERK, supplier), now, SOURCE)
    return int(rows.rows["planned"].sum())
