"""A contract: what one table family holds, written once.

The pandera schema is the source; the Arrow and Delta schema, Dagster's table schema, the SQL comments and the docs are
read off it. What belongs here is the shape of a contract, not any single family.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow  # noqa: ICN001 - pa is pandera here


class Kind(Enum):
    """The kinds of value that a lake column may hold."""

    MOMENT = "moment"
    DAY = "day"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"


ARROW_TYPES = {
    Kind.MOMENT: pyarrow.timestamp("us", "UTC"),
    Kind.DAY: pyarrow.date32(),
    Kind.TEXT: pyarrow.string(),
    Kind.NUMBER: pyarrow.float64(),
    Kind.WHOLE: pyarrow.int64(),
    Kind.FLAG: pyarrow.bool_(),
}

PANDAS_TYPES: dict[Kind, Any] = {
    Kind.MOMENT: pd.DatetimeTZDtype("us", "UTC"),
    Kind.DAY: pd.ArrowDtype(pyarrow.date32()),
    Kind.TEXT: pd.StringDtype("pyarrow", na_value=float("nan")),
    Kind.NUMBER: "float64",
    Kind.WHOLE: "Int64",
    Kind.FLAG: "boolean",
}


def column(kind: Kind, description: str, *, blank: bool = False, checks: Sequence[pa.Check] = ()) -> pa.Column:
    """Declare a column. ``blank`` says that publishers do leave it empty; units stand in the column's name."""
    return pa.Column(
        PANDAS_TYPES[kind], list(checks), nullable=blank, description=description, metadata={"kind": kind.value}
    )


TIME_COLUMNS = {
    "market_day": column(Kind.DAY, "Local date of the market"),
    "interval_start": column(Kind.MOMENT, "Start of the interval, UTC"),
    "interval_end": column(Kind.MOMENT, "End of the interval (exclusive), UTC"),
}

VERSION_COLUMNS = {
    "feed": column(Kind.TEXT, "Feed that published the row, or asset that computed it"),
    "month": column(Kind.TEXT, "Month of the market day, YYYY-MM; the lake is partitioned by feed and month"),
    "published_at": column(Kind.MOMENT, "The publisher's own stamp on the payload, where it carries one", blank=True),
    "known_from": column(Kind.MOMENT, "Moment at which this platform came to know this version of the row"),
    "known_to": column(Kind.MOMENT, "Moment at which a later version replaced it; blank while it stands", blank=True),
    "payload": column(
        Kind.TEXT,
        "SHA-256 of the archived bytes that the row was read from, or of the inputs that it was computed from",
    ),
}


@dataclass(frozen=True)
class Contract:
    """One table family of the lake.

    ``key`` names the columns that, within one feed, tell a row from every other; a row that comes again under its key
    is a new version of it. ``columns`` are the family's own, beside time and version.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: dict[str, pa.Column]
    identities: tuple[pa.Check, ...] = ()

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of the rows that a parser hands over."""
        return pa.DataFrameSchema(
            {**TIME_COLUMNS, **self.columns},
            checks=[_interval_runs_forward(), *self.identities],
            strict=True,
            ordered=True,
            name=self.name,
            description=self.description,
        )

    @property
    def row_columns(self) -> tuple[str, ...]:
        """Names of the columns that a parser must fill, in order."""
        return (*TIME_COLUMNS, *self.columns)

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the columns that may change from one version of a row to the next."""
        return tuple(name for name in self.row_columns if name not in self.key)

    @property
    def lake_columns(self) -> dict[str, pa.Column]:
        """All columns of the stored table, in order."""
        return {**VERSION_COLUMNS, **TIME_COLUMNS, **self.columns}

    @property
    def arrow_schema(self) -> pyarrow.Schema:
        """The stored table as Arrow and Delta see it."""
        return pyarrow.schema(
            [
                pyarrow.field(name, ARROW_TYPES[kind_of(spec)], metadata={"comment": spec.description or ""})
                for name, spec in self.lake_columns.items()
            ]
        )


def kind_of(spec: pa.Column) -> Kind:
    """Return the kind that a column was declared with."""
    return Kind((spec.metadata or {})["kind"])


def _interval_runs_forward() -> pa.Check:
    return pa.Check(
        lambda rows: rows["interval_end"] > rows["interval_start"],
        name="interval_runs_forward",
        error="interval_end is not after interval_start",
    )
