"""A registry and its rules, read from rows that each carry a source and a status.

A rule that no row states is unknown, and an unknown rule forbids nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.certificates.refusals import ExpiredVintage, WindowClosed

ZONES = {
    "mrets": "America/Chicago",
    "ercot": "America/Chicago",
    "wregis": "America/Los_Angeles",
    "california": "America/Los_Angeles",
}


@dataclass(frozen=True)
class Registry:
    """One tracking system. ``rules`` maps an item to its value, exactly as in ``registry_rules.csv``."""

    key: str
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The registry's own name."""
        return self.rules.get("name", self.key)

    @property
    def zone(self) -> ZoneInfo:
        """Where its deadlines are kept; Eastern unless it says otherwise."""
        return ZoneInfo(ZONES.get(self.key, "America/New_York"))

    @property
    def has_export_state(self) -> bool:
        """ERCOT has none: there an export is a retirement with a note."""
        return self.rules.get("export_state") != "no"

    def listed(self, item: str) -> frozenset[str] | None:
        """Return the values of a list rule, or None when the rule is not known."""
        return frozenset(self.rules[item].split(";")) if item in self.rules else None

    def expires_at(self, vintage: date) -> datetime | None:
        """Return the moment from which the registry itself treats a vintage as expired, or None.

        ERCOT: the year and the next two, retired on or after April 1 (16 TAC 25.173).
        """
        kind, _, periods = self.rules.get("life", "").partition(":")
        if kind != "compliance_periods":
            return None
        month, day = (int(part) for part in self.rules["expired_on"].split("-"))
        return datetime(vintage.year + int(periods), month, day, tzinfo=self.zone)

    def trading_ends_at(self, vintage: date) -> datetime | None:
        """Return when trading of a vintage ends, or None. NYGATS: June 30 of the next year, 23:59 Eastern."""
        kind, _, until = self.rules.get("trading_window", "").partition(":")
        if kind != "prior_year_until":
            return None
        last_minute = datetime.fromisoformat(f"{vintage.year + 1}-{until}").replace(tzinfo=self.zone)
        return last_minute + timedelta(minutes=1)

    def check_movable(self, vintage: date, at: datetime, windows: Iterable[tuple[datetime, datetime]]) -> None:
        """Refuse a move of an expired vintage or outside the trading window.

        ``windows`` are the declared periods of this registry. Raises ExpiredVintage or WindowClosed.
        """
        expires_at = self.expires_at(vintage)
        if expires_at is not None and at >= expires_at:
            msg = (
                f"{self.name} treats vintage {vintage:%Y-%m} as expired since {expires_at:%Y-%m-%d}: "
                "only the registry's own expiry remains"
            )
            raise ExpiredVintage(msg)
        ends_at = self.trading_ends_at(vintage)
        if ends_at is not None and at >= ends_at:
            msg = f"{self.name} closed trading of vintage {vintage:%Y-%m} at {ends_at:%Y-%m-%d %H:%M %Z}"
            raise WindowClosed(msg)
        if self.rules.get("trading_window") == "declared" and not any(start <= at < end for start, end in windows):
            msg = (
                f"{self.name} moves certificates only in an open trading period and none is declared for "
                f"{at:%Y-%m-%d %H:%M %Z}: enter the published period with declare_window"
            )
            raise WindowClosed(msg)

    def issued_by(self, period_end: date) -> date | None:
        """Return the day on which certificates of a generation month are due, or None when no fixed day is known."""
        return period_end + timedelta(days=90) if self.rules.get("issuance") == "day_90" else None


def registries_from(rows: pd.DataFrame) -> dict[str, Registry]:
    """Build the registries from rows of (registry, item, value, ...); see ``registry_rules.csv``."""
    return {
        str(key): Registry(str(key), dict(zip(part["item"], part["value"], strict=True)))
        for key, part in rows.groupby("registry", sort=False)
    }
