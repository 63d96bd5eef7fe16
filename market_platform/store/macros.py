"""SQL macros of the catalog: market time in the words of a trader, for any DuckDB.

They are written out from `markets`, so that SQL and Python cannot part. A macro calls no other macro of the file: one that
did would not resolve where the catalog is attached to another database.
"""

from collections.abc import Iterable
from itertools import groupby

from market_platform.markets.market import MARKETS
from market_platform.markets.nerc_calendar import BLOCKS, PeakBlock

# NERC's six holidays as they are kept (`markets.nerc_calendar`), told from a local timestamp.
HOLIDAY = (
    "((month({t}) = 1 AND (day({t}) = 1 OR (day({t}) = 2 AND isodow({t}) = 1)))"
    " OR (month({t}) = 7 AND (day({t}) = 4 OR (day({t}) = 5 AND isodow({t}) = 1)))"
    " OR (month({t}) = 12 AND (day({t}) = 25 OR (day({t}) = 26 AND isodow({t}) = 1)))"
    " OR (month({t}) = 5 AND isodow({t}) = 1 AND day({t}) >= 25)"
    " OR (month({t}) = 9 AND isodow({t}) = 1 AND day({t}) <= 7)"
    " OR (month({t}) = 11 AND isodow({t}) = 4 AND day({t}) BETWEEN 22 AND 28))"
)


def macro_statements() -> list[str]:
    """Return the statements that make `local_time`, `market_day` and `on_peak`, each with its comment."""
    macros = {
        "local_time": (_by_market("{local}"), "Local clock time of a moment in a market: local_time(ts, market)"),
        "market_day": (_by_market("({local})::DATE"), "Market day (local date) of a moment: market_day(ts, market)"),
        "on_peak": (
            _on_peak(),
            "Whether a moment is on-peak in a market by the NERC calendar: on_peak(ts, market)",
        ),
    }
    statements = []
    for name, (body, comment) in macros.items():
        statements += [f"CREATE MACRO {name}(ts, market) AS {body}", f"COMMENT ON MACRO {name} IS '{comment}'"]
    return statements


def _local(zone: str) -> str:
    return f"timezone('{zone}', ts::TIMESTAMPTZ)"


def _by_market(expression: str) -> str:
    by_zone = groupby(sorted(MARKETS.values(), key=lambda each: each.zone_name), key=lambda each: each.zone_name)
    branches = [
        f"WHEN lower(market) IN ({_listed(each.key for each in markets)}) THEN {expression.format(local=_local(zone))}"
        for zone, markets in by_zone
    ]
    return _case(branches, MARKETS)


def _on_peak() -> str:
    """Return the expression; the local time is worked out once, as the one member of a list, and not where each rule asks it."""
    kinds: dict[PeakBlock, list[str]] = {}
    for market, block in BLOCKS.items():
        kinds.setdefault(block, []).append(market)
    branches = []
    for block, markets in kinds.items():
        days = ", ".join(str(day + 1) for day in block.weekdays)
        hours = f"hour(t) BETWEEN {block.first_hour} AND {block.last_hour} AND isodow(t) IN ({days})"
        branches.append(f"WHEN lower(market) IN ({_listed(markets)}) THEN {hours}")
    in_block = _case(branches, BLOCKS)
    return f"list_transform([{_by_market('{local}')}], lambda t: ({in_block}) AND NOT {HOLIDAY.format(t='t')})[1]"


def _case(branches: list[str], known: Iterable[str]) -> str:
    names = ", ".join(sorted(known))
    unknown = f"error('no market ' || market || ': there are {names}')"
    return f"CASE WHEN market IS NULL THEN NULL {' '.join(branches)} ELSE {unknown} END"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
