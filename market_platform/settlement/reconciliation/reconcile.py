"""Line-by-line, interval-by-interval reconciliation of a statement with the shadow settlement.

Every billed line meets the expected one of the same charge, resource, location and interval. What differs gets a cause
and the part of the difference that the cause explains; explained + unexplained = variance, exactly, row by row.
"""

from dataclasses import dataclass
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from market_platform.settlement.reconciliation import sql
from market_platform.settlement.shadow.lines import KEY, LINES, to_arrow, to_frame

ZERO = Decimal("0.00")
#: Causes that are no error of the ISO's.
HARMLESS = ("tolerance", "adjustment")


@dataclass(frozen=True)
class Reconciliation:
    """The outcome for one or many statements. Amounts are revenue positive, variance = billed - expected."""

    variances: pd.DataFrame
    matched_lines: int
    compared_lines: int
    expected_usd: Decimal
    billed_usd: Decimal
    explained_usd: Decimal
    unexplained_usd: Decimal
    absolute_expected_usd: Decimal

    @property
    def variance_usd(self) -> Decimal:
        """Billed less expected."""
        return self.billed_usd - self.expected_usd

    @property
    def line_accuracy(self) -> float:
        """Share of the compared lines that match to the cent, 0..1."""
        return self.matched_lines / self.compared_lines if self.compared_lines else 1.0

    @property
    def absolute_unexplained_usd(self) -> Decimal:
        """Unexplained dollars, whatever their sign."""
        return sum((abs(value) for value in self.variances["unexplained_usd"]), ZERO)

    @property
    def dollar_accuracy(self) -> float:
        """One less the unexplained dollars over the expected ones: how well the shadow predicts the bill, 0..1."""
        if not self.absolute_expected_usd:
            return 1.0
        return max(0.0, float(1 - self.absolute_unexplained_usd / self.absolute_expected_usd))

    def by_cause(self) -> pd.DataFrame:
        """Return lines, variance, explained and unexplained dollars per cause, the largest effect first."""
        amounts = ["variance_usd", "explained_usd", "unexplained_usd"]
        grouped = self.variances.groupby("cause")
        table = grouped[amounts].agg(lambda values: sum(values, ZERO)).assign(lines=grouped.size()).reset_index()
        order = table["variance_usd"].map(abs).sort_values(ascending=False).index
        return table.loc[order, ["cause", "lines", *amounts]].reset_index(drop=True)


def reconcile(
    expected: pd.DataFrame | pa.Table,
    billed: pd.DataFrame | pa.Table,
    superseded: pd.DataFrame | pa.Table | None = None,
    *,
    tolerance_usd: Decimal = Decimal("0.01"),
) -> Reconciliation:
    """Compare expected with billed lines (``shadow.lines.LINES`` each) and name every difference.

    ``superseded`` are expected lines at earlier price versions: a bill that matches them used a wrong version. Where a
    statement carries no resource or location (ERCOT), or spans more than the shadow's interval (PJM's month), expected
    lines are added up to its grain first. Differences up to ``tolerance_usd`` are named tolerance. Causes: missing,
    extra, duplicate, sign, wrong_version, wrong_price, wrong_quantity, adjustment, tolerance, unexplained.
    """
    old = LINES.empty_table() if superseded is None else _arrow(superseded)
    with duckdb.connect() as connection:
        connection.execute("SET VARIABLE tolerance = $1::DECIMAL(18, 2)", [tolerance_usd])
        _pick_suspects(connection, _arrow(expected), _arrow(billed), old)
        for statement in sql.CAUSES_SQL:
            connection.execute(statement)
        variances = to_frame(connection.execute("SELECT * FROM variances").to_arrow_table())
        ((matched, compared, *cents),) = connection.execute(sql.TOTALS_SQL).fetchall()
    expected_usd, billed_usd, absolute = (Decimal(amount).scaleb(-2) for amount in cents)
    outcome = Reconciliation(
        variances=variances,
        matched_lines=matched,
        compared_lines=compared,
        expected_usd=expected_usd,
        billed_usd=billed_usd,
        explained_usd=sum(variances["explained_usd"], ZERO),
        unexplained_usd=sum(variances["unexplained_usd"], ZERO),
        absolute_expected_usd=absolute,
    )
    if outcome.explained_usd + outcome.unexplained_usd != outcome.variance_usd:
        msg = (
            f"reconciliation does not close: {outcome.explained_usd} explained + {outcome.unexplained_usd} unexplained"
            f" is not the variance {outcome.variance_usd}; keys repeat in the expected lines"
        )
        raise ValueError(msg)
    return outcome


def _pick_suspects(connection: duckdb.DuckDBPyConnection, expected: pa.Table, billed: pa.Table, old: pa.Table) -> None:
    """Register ``expected``, ``billed_picked`` and ``superseded``: the lines of the keys that differ or repeat."""
    connection.register("billed_raw", billed)
    connection.register("expected_raw", expected)
    ((coarser,),) = connection.execute(sql.COARSER_SQL).fetchall()
    if coarser:
        old = _old_versions_added_up(connection, old)
        expected = _added_up(connection, expected)
    sides = {"expected": expected, "billed": billed, "superseded": old}
    for name, table in sides.items():
        connection.register(f"numbered_{name}", table.append_column("row", pa.array(np.arange(len(table)))))
        connection.execute(sql.NARROW_SQL.format(source=f"numbered_{name}", target=f"narrow_{name}"))
    connection.execute(sql.MET_SQL)
    connection.execute(sql.SUSPECTS_SQL)
    (repeats,) = connection.execute(sql.REPEATS_SQL).fetchall()
    for side, repeated in zip(("billed", "expected"), repeats, strict=True):
        if repeated:
            connection.execute(sql.REPEATED_SQL.format(side=side))
    connection.execute(sql.COMPARED_SQL)
    for name, table in sides.items():
        rows = connection.execute(sql.ROWS_SQL.format(target=f"narrow_{name}")).fetchnumpy()["row"]
        connection.register("billed_picked" if name == "billed" else name, table.take(rows))


def _added_up(connection: duckdb.DuckDBPyConnection, table: pa.Table) -> pa.Table:
    connection.register("finer", table)
    return connection.execute(sql.ADDED_UP_SQL.format(source="finer")).to_arrow_table()


def _old_versions_added_up(connection: duckdb.DuckDBPyConnection, old: pa.Table) -> pa.Table:
    connection.register("superseded_raw", old.append_column("ordinal", pa.array(np.arange(len(old)))))
    same = " AND ".join(f"n.{name} = e.{name}" for name in KEY)
    query = sql.WHOLE_VERSIONS_SQL.format(key=", ".join(KEY), columns=", ".join(LINES.names), same=same)
    whole = connection.execute(query).to_arrow_table()
    versions = sorted(set(whole["version"].to_pylist()))
    parts = [whole.filter(pc.equal(whole["version"], number)).drop_columns("version") for number in versions]
    added = [_added_up(connection, part) for part in parts]
    return pa.concat_tables(added) if added else _added_up(connection, old)


def _arrow(lines: pd.DataFrame | pa.Table) -> pa.Table:
    return lines if isinstance(lines, pa.Table) else to_arrow(lines)
