"""What a supplier sold in a state's period: the load that obliges, years of a longer period put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from market_platform.certificates.compliance.programmes import Period, Programme


@dataclass(frozen=True)
class Load:
    """What a supplier sold in a state's period. ``basis`` says where the figure comes from, or how it was estimated.

    ``tiers`` narrows to those that bind this supplier (VA: one of two utility phases), empty for all. ``years`` are the
    years (label, MWh that oblige) that a period of several is the sum of, see ``whole_periods``.
    """

    supplier: str
    state: str
    period: str
    load_mwh: Decimal
    exempt_mwh: Decimal = Decimal(0)
    tiers: frozenset[str] = frozenset()
    basis: str = "given"
    years: tuple[tuple[str, Decimal], ...] = ()


def whole_periods(programmes: Mapping[str, Programme], loads: Sequence[Load]) -> list[Load]:
    """Return the loads, those of all years of a period of several put together into one load of that period.

    A period of which a year is missing stays as its years: its obligation so far is shown, and nothing is filed for it.
    """
    kept = list(loads)
    for supplier, state in sorted({(load.supplier, load.state) for load in loads}):
        for period in programmes[state].sum_periods if state in programmes else ():
            years = _years_of([load for load in kept if (load.supplier, load.state) == (supplier, state)], period)
            if not years:
                continue
            whole = Load(
                supplier, state, period.label, sum((load.load_mwh for load in years), Decimal(0)),
                sum((load.exempt_mwh for load in years), Decimal(0)), basis=years[0].basis,
                years=tuple((load.period, load.load_mwh - load.exempt_mwh) for load in years),
            )  # fmt: skip
            kept = [*(load for load in kept if load not in years), whole]
    return kept


def _years_of(mine: Sequence[Load], period: Period) -> list[Load]:
    """Return the loads that make up a period, none where a year is missing."""
    by_label = {load.period: load for load in mine if not load.years}
    if period.label in by_label:
        return [by_label[period.label]]
    labels = [str(year) for year in range(period.start.year, period.end.year + 1)]
    return [by_label[label] for label in labels] if set(labels) <= set(by_label) else []
