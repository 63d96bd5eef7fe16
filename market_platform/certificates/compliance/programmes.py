"""A state's programme: its compliance year, deadlines, shelf life and banking, from rows with source and status."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from market_platform.certificates.refusals import ExpiredVintage, NotAllowed


@dataclass(frozen=True)
class Period:
    """A compliance period with its real first and last day; never an integer year alone."""

    label: str
    start: date
    end: date


@dataclass(frozen=True)
class Programme:
    """One state. ``rules`` maps an item to its value, exactly as in ``rps_rules.csv``; an absent rule is unknown."""

    state: str
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The programme's name."""
        return self.rules.get("name", self.state)

    @property
    def registries(self) -> tuple[str, ...]:
        """Registries whose certificates it takes; empty when unknown."""
        return tuple(self.rules["registry"].split(";")) if "registry" in self.rules else ()

    @property
    def bank_cap_percent(self) -> float | None:
        """Most that earlier vintages may cover, in percent of an obligation; None when no cap is known."""
        return float(self.rules["bank_cap_percent"]) if "bank_cap_percent" in self.rules else None

    @property
    def sum_periods(self) -> tuple[Period, ...]:
        """Periods of several years with one obligation each (California), labelled ``2017-2020``; empty elsewhere."""
        spans = [label.split("-") for label in self.rules.get("compliance_periods", "").split(";") if label]
        return tuple(Period(f"{a}-{b}", date(int(a), 1, 1), date(int(b), 12, 31)) for a, b in spans)

    def period_containing(self, day: date) -> Period:
        """Return the programme's year (January or June start) in which a day falls, named by its first year."""
        month = int(self.rules["compliance_year"]) if self.rules.get("compliance_year", "multi") != "multi" else 1
        start = date(day.year - (day.month < month), month, 1)
        end = date(start.year + 1, month, 1) - pd.Timedelta(days=1).to_pytimedelta()
        return Period(str(start.year), start, end)

    def deadline(self, item: str, period: Period) -> date | None:
        """Return a dated rule (``file_by``, ``retire_by``, ``pay_by`` ...) for a period, or None when unknown.

        ``07-01+1`` means July 1 of the year after the one in which the period ends.
        """
        if item not in self.rules:
            return None
        month_day, _, years = self.rules[item].partition("+")
        month, day = (int(part) for part in month_day.split("-"))
        return date(period.end.year + int(years or 0), month, day)

    def check_vintage(self, tier: str, vintage: date, period: Period, on: date) -> None:
        """Refuse a vintage month that may not count towards ``period`` when retired ``on`` that day.

        Raises ExpiredVintage (past its shelf life) or NotAllowed (generated after the period).
        """
        if vintage > period.end:
            msg = f"{self.state} {period.label} ends {period.end}: vintage {vintage:%Y-%m} was generated after it"
            raise NotAllowed(msg)
        later = self.rules.get("later_periods")
        if later is not None:
            age = self.period_containing(period.end).start.year - self.period_containing(vintage).start.year
            if age > int(later):
                msg = (
                    f"{self.state} {tier}: vintage {vintage:%Y-%m} counts in its own period and {later} later ones, "
                    f"not in {period.label}"
                )
                raise ExpiredVintage(msg)
        last_day = self.last_day(tier, vintage)
        if last_day is not None and on > last_day:
            msg = f"{self.state} {tier}: vintage {vintage:%Y-%m} expired on {last_day} and cannot be used on {on}"
            raise ExpiredVintage(msg)

    def last_day(self, tier: str, vintage: date) -> date | None:
        """Return the last day on which a vintage month can be used, or None when no such rule is known.

        Life counts from the last day of the vintage month, the earliest day on which all its credits exist.
        """
        years = self.rules.get(f"life_years_from_creation:{tier}", self.rules.get("life_years_from_creation"))
        month_end = (pd.Timestamp(vintage) + pd.offsets.MonthEnd(0)).date()
        if years is not None:
            return (pd.Timestamp(month_end) + pd.DateOffset(years=int(years))).date()
        if "expires_on" in self.rules:
            month_day, _, later = self.rules["expires_on"].partition("+")
            month, day = (int(part) for part in month_day.split("-"))
            return date(vintage.year + int(later), month, day) - pd.Timedelta(days=1).to_pytimedelta()
        return None


def programmes_from(rows: pd.DataFrame) -> dict[str, Programme]:
    """Build the programmes from rows of (state, item, value, ...); see ``rps_rules.csv``."""
    return {
        str(state): Programme(str(state), dict(zip(part["item"], part["value"].fillna(""), strict=True)))
        for state, part in rows.groupby("state", sort=False)
    }
