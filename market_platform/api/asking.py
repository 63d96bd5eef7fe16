"""What clients may ask of rows: days, moment, page, format, and filters named after the columns of the family."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from market_platform.api.formats import Format
from market_platform.api.paging import DEFAULT_LIMIT, LARGEST_LIMIT, LONGEST_CURSOR
from market_platform.api.selection import Window
from market_platform.contracts.contract import Contract, Kind, kind_of

MOST_VALUES = 100
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Paged(BaseModel):
    """How many rows, from where on, as what. A parameter that is not declared is refused: a typo must not widen it."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT, description="Rows of one page")
    cursor: str | None = Field(
        default=None, max_length=LONGEST_CURSOR, description="`next_cursor` of the page before; ask the same else"
    )
    format: Format | None = Field(default=None, description="Overrules the Accept header")


class Rows(Paged):
    """A question for rows of a table family."""

    start_day: date | None = Field(
        default=None,
        description="First market day; without days the latest that hold rows are given",
        examples=["2026-11-20"],
    )
    end_day: date | None = Field(default=None, description="Last market day, inclusive", examples=["2026-11-20"])
    as_of: datetime | None = Field(
        default=None,
        description="What was known at this moment and nothing later; with a zone",
        examples=["2026-11-20T18:00:00Z"],
    )

    @property
    def window(self) -> Window:
        """The days and the moment. Raises Problem 422 where they make no range."""
        return Window(self.start_day, self.end_day, self.as_of)

    @property
    def question(self) -> str:
        """What is asked, whatever page of it: a cursor holds for one question."""
        return self.model_dump_json(exclude={"cursor", "limit", "format"})


def question_model(
    name: str, contract: Contract, *, fixed: tuple[str, ...] = (), renamed: Mapping[str, str] | None = None
) -> type[Rows]:
    """Return the question for a family: its text columns of the key may be filtered, under the name that clients see."""
    fields: dict[str, Any] = {}
    for column, shown in filters_of(contract, fixed, renamed or {}).items():
        description = contract.lake_columns[column].description or column
        fields[shown] = (
            list[Word],
            Field(default_factory=list, max_length=MOST_VALUES, description=f"{description}; may be repeated"),
        )
    return create_model(name, __base__=Rows, **fields)


def filters_of(contract: Contract, fixed: tuple[str, ...], renamed: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that may be filtered and the names that clients use for them."""
    wanted = [
        column
        for column, spec in contract.columns.items()
        if kind_of(spec) is Kind.TEXT and column not in fixed and (column in contract.key or column in ALSO)
    ]
    taken = set(Rows.model_fields)
    return {column: renamed.get(column, column) for column in (*wanted, "feed") if column not in taken}


# Worth a filter although no row is told by them.
ALSO = ("market", "location_type", "location_id", "state", "account", "resource", "hub", "symbol", "zone")
