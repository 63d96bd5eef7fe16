"""What is owned: by owner, registry, fuel, eligibility, vintage, expiry; its cost, its value, the profit made.

Positions are kept by the ledger with every posting, so reading them never sums the holdings.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pandas as pd
import sqlalchemy as sa

from market_platform.certificates.compliance.programmes import Programme
from market_platform.certificates.ledger import tables
from market_platform.certificates.ledger.tables import USD_SCALE
from market_platform.certificates.registries.registry import Registry

#: Kinds of account in which certificates are still somebody's to use.
IN_CIRCULATION = ("active", "banked", "compliance", "reserve", "pending")
COLUMNS = (
    "owner", "registry", "account_id", "account_kind", "class_id", "fuel", "location", "vintage", "eligibility",
    "quantity", "costed_quantity", "cost_usd",
)  # fmt: skip


def positions(connection: sa.Connection, owner: str | None = None) -> pd.DataFrame:
    """Return one row per account and certificate class that is not empty; ``cost_usd`` as Decimal, vintage a date.

    ``costed_quantity`` is the part whose cost is known; the rest came without a price and counts as no cost.
    """
    position, account, kind = tables.positions.c, tables.accounts.c, tables.classes.c
    query = (
        sa.select(
            account.organization, account.registry, account.account_id, account.kind, kind.class_id, kind.fuel,
            kind.location, kind.vintage, kind.eligibility, position.quantity, position.costed_quantity,
            position.cost_usd,
        )
        .join_from(tables.positions, tables.accounts)
        .join(tables.classes)
        .where(position.account_id > 0, position.quantity > 0)
        .order_by(account.organization, account.registry, account.account_id, kind.class_id)
    )  # fmt: skip
    if owner is not None:
        query = query.where(account.organization == owner)
    return pd.DataFrame(connection.execute(query).all(), columns=list(COLUMNS))


def by(rows: pd.DataFrame, *dimensions: str) -> pd.DataFrame:
    """Return quantity and cost summed over the named columns (``owner``, ``fuel``, ``vintage``, ``expires_on`` ...)."""
    grouped = rows.groupby(list(dimensions), as_index=False, dropna=False)
    return grouped.agg(
        quantity=("quantity", "sum"), costed_quantity=("costed_quantity", "sum"), cost_usd=("cost_usd", "sum")
    )


def by_eligibility(rows: pd.DataFrame) -> pd.DataFrame:
    """Return quantity by owner, state and tier; one certified for two tiers shows under both, so never add them up."""
    return certified_for(rows).groupby(["owner", "state", "tier"], as_index=False)["quantity"].sum()


def certified_for(rows: pd.DataFrame) -> pd.DataFrame:
    """Return each row once for every tier that it is certified for, with ``state`` and ``tier``; uncertified ones go."""
    pairs = rows.assign(pair=[str(text).split(";") for text in rows["eligibility"]]).explode("pair", ignore_index=True)
    pairs = pairs[pairs["pair"].fillna("") != ""]
    states, tiers = ([text.split(":", 1)[part] for text in pairs["pair"]] for part in (0, 1))
    return pairs.assign(state=states, tier=tiers).drop(columns="pair").reset_index(drop=True)


def profit_and_loss(held: pd.DataFrame, sold: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Return by the dimensions what is held (quantity, cost, value, unrealised) and what was sold (quantity, profit).

    ``held`` as ``valued`` gives it, ``sold`` as ``realised_profit``. A value is empty where a part of it has no mark:
    half a value would pass for a whole one.
    """
    keys = list(dimensions)
    inventory = with_values(by(held, *keys), held, keys)
    sales = sold.groupby(keys, as_index=False, dropna=False).agg(
        sold=("quantity", "sum"), proceeds_usd=("proceeds_usd", "sum"), realised_usd=("profit_usd", "sum")
    )
    both = pd.concat([inventory.drop(columns="costed_quantity"), sales], ignore_index=True)
    both = both.groupby(keys, as_index=False, dropna=False).first()
    for column in ("quantity", "sold"):
        both[column] = both[column].fillna(0).astype("int64")
    nothing = Decimal(0)
    both["value_usd"] = [
        nothing if not count else value for count, value in zip(both["quantity"], both["value_usd"], strict=True)
    ]
    for column in ("cost_usd", "proceeds_usd", "realised_usd"):
        both[column] = [nothing if pd.isna(value) else value for value in both[column]]
    return both


def with_values(summed: pd.DataFrame, rows: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Add ``value_usd`` and ``unrealised_usd`` to sums over the same dimensions, None where a part of them is not there."""
    grouped = rows.groupby(list(dimensions), dropna=False)[["value_usd", "unrealised_usd"]]
    whole = grouped.agg(lambda values: None if values.isna().any() else sum(values, Decimal(0)))
    return summed.assign(**{name: whole[name].to_numpy() for name in whole.columns})


def with_expiry(
    rows: pd.DataFrame, registries: Mapping[str, Registry], programmes: Mapping[str, Programme]
) -> pd.DataFrame:
    """Add ``expires_on``: the last day on which the registry and any programme still take it; None when unknown."""
    days = {
        key: _last_day(*key, registries, programmes)
        for key in set(zip(rows["registry"], rows["vintage"], rows["eligibility"], strict=True))
    }
    keys = zip(rows["registry"], rows["vintage"], rows["eligibility"], strict=True)
    return rows.assign(expires_on=pd.Series([days[key] for key in keys], index=rows.index, dtype=object))


def valued(rows: pd.DataFrame, marks_usd: pd.DataFrame, on: Sequence[str]) -> pd.DataFrame:
    """Add ``mark_usd``, ``value_usd`` and ``unrealised_usd`` from market prices that the user holds.

    ``marks_usd`` has the columns ``on`` and ``price_usd`` (Decimal). Where no mark is given the three stay empty.
    Unrealised profit counts only certificates whose cost is known.
    """
    marked = rows.merge(marks_usd.rename(columns={"price_usd": "mark_usd"}), on=list(on), how="left", validate="m:1")
    known = marked["mark_usd"].notna()
    value = [
        quantity * mark if has else None
        for quantity, mark, has in zip(marked["quantity"], marked["mark_usd"], known, strict=True)
    ]
    gain = [
        costed * mark - cost if has else None
        for costed, mark, cost, has in zip(
            marked["costed_quantity"], marked["mark_usd"], marked["cost_usd"], known, strict=True
        )
    ]
    return marked.assign(
        value_usd=pd.Series(value, index=marked.index, dtype=object),
        unrealised_usd=pd.Series(gain, index=marked.index, dtype=object),
    )


def realised_profit(connection: sa.Connection, owner: str | None = None) -> pd.DataFrame:
    """Return sales by owner, registry and class with its attributes: quantity, proceeds, cost, profit in Decimal dollars.

    Cost follows the serials sold (specific identification). Sales of certificates without a known cost are counted in
    ``uncosted_quantity`` and left out of the profit.
    """
    sale, account, kind = tables.realised.c, tables.accounts.c, tables.classes.c
    known = sale.unit_cost_usd.is_not(None)
    raw_price = sa.type_coerce(sale.unit_price_usd, sa.BigInteger)
    raw_cost = sa.type_coerce(sale.unit_cost_usd, sa.BigInteger)
    attributes = (kind.class_id, kind.fuel, kind.location, kind.vintage, kind.eligibility)
    query = (
        sa.select(
            account.organization,
            account.registry,
            *attributes,
            sa.func.sum(sale.quantity),
            sa.func.sum(sale.quantity * raw_price),
            sa.func.sum(sa.case((known, sale.quantity * raw_cost), else_=0)),
            sa.func.sum(sa.case((known, sale.quantity * (raw_price - raw_cost)), else_=0)),
            sa.func.sum(sa.case((known, 0), else_=sale.quantity)),
        )
        .join_from(tables.realised, tables.accounts)
        .join(tables.classes, kind.class_id == sale.class_id)
        .group_by(account.organization, account.registry, *attributes)
        .order_by(account.organization, account.registry, kind.class_id)
    )
    if owner is not None:
        query = query.where(account.organization == owner)
    names = [
        "owner", "registry", "class_id", "fuel", "location", "vintage", "eligibility", "quantity", "proceeds_usd",
        "cost_usd", "profit_usd", "uncosted_quantity",
    ]  # fmt: skip
    rows = pd.DataFrame([tuple(row) for row in connection.execute(query)], columns=names)
    for column in ("proceeds_usd", "cost_usd", "profit_usd"):
        rows[column] = rows[column].map(lambda scaled: Decimal(int(scaled)) / USD_SCALE)
    return rows.astype({"quantity": "int64", "uncosted_quantity": "int64"})


def _last_day(
    registry: str,
    vintage: date,
    eligibility: str,
    registries: Mapping[str, Registry],
    programmes: Mapping[str, Programme],
) -> date | None:
    days = []
    for pair in filter(None, eligibility.split(";")):
        state, _, tier = pair.partition(":")
        days.append(programmes[state].last_day(tier, vintage) if state in programmes else None)
    usable = max((day for day in days if day is not None), default=None) if None not in days else None
    expires_at = registries[registry].expires_at(vintage) if registry in registries else None
    if expires_at is None:
        return usable
    ends = (pd.Timestamp(expires_at) - pd.Timedelta(days=1)).date()
    return ends if usable is None else min(ends, usable)
