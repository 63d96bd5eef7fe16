"""What is asked of one table family, as SQL: names come from the contract alone, values are bound, ranges are bounded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa

from market_platform.api.paging import Cursor
from market_platform.api.problems import Problem
from market_platform.api.reading import Reader
from market_platform.contracts.contract import Contract, Kind, kind_of

LONGEST_RANGE = timedelta(days=400)
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
SQL_TYPES = {
    Kind.MOMENT: ("TIMESTAMPTZ", "-infinity"),
    Kind.DAY: ("DATE", "-infinity"),
    Kind.TEXT: ("VARCHAR", ""),
    Kind.NUMBER: ("DOUBLE", "-inf"),
    Kind.WHOLE: ("BIGINT", "-9223372036854775808"),
    Kind.FLAG: ("BOOLEAN", "false"),
}


@dataclass(frozen=True)
class Window:
    """Market days asked for (both inclusive; none: the latest), and the moment as of which."""

    first: date | None = None
    last: date | None = None
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse half a range, one that runs backwards, one that is too long, a moment without a zone."""
        if (self.first is None) != (self.last is None):
            raise Problem(422, "start_day and end_day come together, or neither for the latest")
        if self.first is not None and self.last is not None:
            if not EARLIEST <= self.first <= self.last <= LATEST:
                raise Problem(422, f"start_day must not be after end_day, both between {EARLIEST} and {LATEST}")
            if self.last - self.first >= LONGEST_RANGE:
                raise Problem(422, f"a range holds {LONGEST_RANGE.days} market days at most: ask in parts")
        if self.as_of is not None and self.as_of.tzinfo is None:
            raise Problem(422, "as_of needs a zone, as in 2026-11-20T12:00:00Z")
        if self.as_of is not None and not EARLIEST <= self.as_of.date() <= LATEST:
            raise Problem(422, f"as_of lies between {EARLIEST} and {LATEST}")


@dataclass(frozen=True)
class Selection:
    """Rows of one family: by equal values of its columns, by market days, as of a moment.

    ``once`` names columns of which each set of values is wanted once, with the last interval and then the latest known:
    several feeds publish the same price.
    """

    contract: Contract
    window: Window
    equal: dict[str, Sequence[str]] = field(default_factory=dict)
    once: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the answer."""
        return ("feed", *self.contract.row_columns, "known_from")

    @property
    def order(self) -> tuple[str, ...]:
        """Columns that tell any two rows apart, in the order in which rows are given."""
        rest = [name for name in self.contract.key if name not in ("interval_start", "interval_end")]
        return ("interval_start", "interval_end", *rest, "feed")


def read(
    reader: Reader, selection: Selection, *, limit: int, now: datetime, cursor: Cursor | None
) -> tuple[pa.Table, Cursor | None]:
    """Return a page of rows and the cursor of the next one, if there are more."""
    as_of = cursor.as_of if cursor is not None else selection.window.as_of
    clauses, values = _conditions(selection, as_of)
    names = ", ".join(selection.columns)
    once = ""
    if selection.once:
        by = ", ".join(selection.once)
        once = f"QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY interval_end DESC, known_from DESC, feed) = 1"
    table = f"{selection.contract.name}_history" if as_of is not None else selection.contract.name
    # The cursor cuts outside of the QUALIFY: what a page left out as a double must not come back on the next one.
    after = "TRUE"
    if cursor is not None:
        after, bound = _after(selection, cursor)
        values += bound
    order = ", ".join(_ordered(selection.contract, name) for name in selection.order)
    statement = (
        f"SELECT * FROM (SELECT {names} FROM {table} WHERE {' AND '.join(clauses)} {once}) "  # noqa: S608
        f"WHERE {after} ORDER BY {order} LIMIT {limit + 1}"
    )
    try:
        rows = reader.table(statement, values)
    except duckdb.ConversionException:
        # All other values are typed before they come here.
        raise Problem(400, "the cursor cannot be read: take it from next_cursor of a page") from None
    if rows.num_rows <= limit:
        return rows, None
    page = rows.slice(0, limit)
    last = page.slice(limit - 1, 1).to_pylist()[0]
    return page, Cursor(as_of or now, tuple(_text(last[name]) for name in selection.order))


def _conditions(selection: Selection, as_of: datetime | None) -> tuple[list[str], list[object]]:
    clauses = ["TRUE"]
    values: list[object] = []
    for name, wanted in selection.equal.items():
        clauses.append(f"{name} IN ({', '.join('?' * len(wanted))})" if wanted else "FALSE")
        values += list(wanted)
    first, last = selection.window.first, selection.window.last
    if first is not None and last is not None:
        # The month lets whole files be passed over.
        clauses.append("market_day BETWEEN ?::DATE AND ?::DATE AND month BETWEEN ? AND ?")
        values += [first, last, f"{first:%Y-%m}", f"{last:%Y-%m}"]
    if as_of is not None:
        clauses.append("known_from <= ?::TIMESTAMPTZ AND (known_to IS NULL OR known_to > ?::TIMESTAMPTZ)")
        values += [as_of, as_of]
    return clauses, values


def latest_window(
    reader: Reader, contract: Contract, equal: dict[str, Sequence[str]], as_of: datetime | None, days: int = 1
) -> Window:
    """Return the window of the last market days that hold rows; an open one where none does."""
    clauses, values = _conditions(Selection(contract, Window(as_of=as_of), equal), as_of)
    table = f"{contract.name}_history" if as_of is not None else contract.name
    found = reader.rows(f"SELECT max(market_day) AS last FROM {table} WHERE {' AND '.join(clauses)}", values)  # noqa: S608
    last = found[0]["last"]
    if not isinstance(last, date):
        return Window(as_of=as_of)
    return Window(last - timedelta(days=days - 1), last, as_of)


def _after(selection: Selection, cursor: Cursor) -> tuple[str, list[object]]:
    if len(cursor.position) != len(selection.order):
        raise Problem(400, "the cursor belongs to another question: start without one")
    left = ", ".join(_ordered(selection.contract, name) for name in selection.order)
    right = ", ".join(f"?::{SQL_TYPES[_kind(selection.contract, name)][0]}" for name in selection.order)
    values = [
        SQL_TYPES[_kind(selection.contract, name)][1] if text is None else text
        for name, text in zip(selection.order, cursor.position, strict=True)
    ]
    return f"({left}) > ({right})", list(values)


def _ordered(contract: Contract, name: str) -> str:
    spec = contract.lake_columns[name]
    if not spec.nullable:
        return name
    sql_type, least = SQL_TYPES[_kind(contract, name)]
    return f"coalesce({name}, '{least}'::{sql_type})"


def _kind(contract: Contract, name: str) -> Kind:
    return kind_of(contract.lake_columns[name])


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)
