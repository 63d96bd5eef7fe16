"""What a part of the brief shows, apart from how it is drawn: heat map, lines, bars, table, tile.

`svg` draws these for the page, `paper` for a PDF without a browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

Values = Sequence[float | None]


@dataclass(frozen=True)
class HeatMap:
    """Rows by columns; ``groups`` names a heading before some rows (by row index)."""

    row_labels: Sequence[str]
    column_labels: Sequence[str]
    values: Sequence[Values]
    groups: dict[int, str]
    unit: str


@dataclass(frozen=True)
class Series:
    """One line; ``role`` (first, second, third, quiet) picks colour and weight."""

    name: str
    values: Values
    role: str = "first"


@dataclass(frozen=True)
class Band:
    """The area between two lines."""

    name: str
    low: Values
    high: Values
    role: str = "outer"


@dataclass(frozen=True)
class Lines:
    """Lines and bands over one axis of labels; ``steps`` holds a value until the next."""

    title: str
    unit: str
    labels: Sequence[str]
    series: Sequence[Series]
    bands: Sequence[Band] = ()
    label_every: int = 6
    steps: bool = False
    small: bool = False
    from_zero: bool = False


@dataclass(frozen=True)
class Bars:
    """Values by name, drawn from zero to either side."""

    title: str
    unit: str
    labels: Sequence[str]
    values: Values
    digits: int = 1


@dataclass(frozen=True)
class Shares:
    """Parts of a whole by name, one bar a row."""

    title: str
    unit: str
    labels: Sequence[str]
    parts: Sequence[str]
    values: Sequence[Values]


@dataclass(frozen=True)
class Table:
    """A short table; cells are ready text, numbers stand right."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


Figure = HeatMap | Lines | Bars | Shares | Table


@dataclass(frozen=True)
class Tile:
    """A headline figure with its change and its last days."""

    label: str
    value: str
    unit: str
    change: str
    history: Values
    note: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the brief. ``wide`` takes the page's whole width; ``missing`` says in one line why there is nothing."""

    key: str
    title: str
    claim: str = ""
    figures: Sequence[Figure] = ()
    source: str = ""
    clock: str = ""
    wide: bool = False
    missing: str = ""
    notes: Sequence[str] = field(default_factory=tuple)
