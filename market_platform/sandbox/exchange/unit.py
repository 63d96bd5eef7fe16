"""A simulated unit behind the meter: what it can really do of a set point, and the telemetry it sends."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Telemetry:
    """One reading: power over the interval before ``at`` and the energy left at ``at`` (None without a store)."""

    at: datetime
    set_point_mw: Decimal
    actual_mw: Decimal
    soc_mwh: Decimal | None


@dataclass
class Unit:
    """A generator or a storage. ``charge_efficiency`` is what arrives in the store; discharging loses nothing more.

    A storage that is told more than its energy allows does what is left and no more.
    """

    resource: str
    kind: str
    low_mw: Decimal
    high_mw: Decimal
    capacity_mwh: Decimal | None = None
    soc_mwh: Decimal | None = None
    charge_efficiency: Decimal = Decimal(1)

    def follow(self, set_point_mw: Decimal, hours: Decimal, at: datetime) -> Telemetry:
        """Run one interval that ends at ``at`` on a set point and report what happened."""
        mw = max(self.low_mw, min(self.high_mw, set_point_mw))
        if self.capacity_mwh is None or self.soc_mwh is None:
            return Telemetry(at, set_point_mw, mw, None)
        if mw > 0:
            mw = min(mw, self.soc_mwh / hours)
            self.soc_mwh -= mw * hours
        else:
            mw = max(mw, -(self.capacity_mwh - self.soc_mwh) / (hours * self.charge_efficiency))
            self.soc_mwh -= mw * hours * self.charge_efficiency
        return Telemetry(at, set_point_mw, mw, self.soc_mwh)
