"""The Current Operating Plan: each hour's status, limits, energy levels and service capacities of a resource."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from market_platform.errors import RuleBroken
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds, today
from market_platform.trading.gateways.ercot.names import EWS, LARGEST_PAYLOAD_BYTES
from market_platform.trading.gateways.gateway import wire_id
from market_platform.trading.gateways.xml_text import leaf, moment, tag

# In the order of ASCapacity in ErcotTransactionTypes.xsd.
SERVICES = ("regUp", "regDown", "rrsPF", "rrsFF", "rrsUF", "nonSpin", "ecrs")
# Statuses since RTC+B (ErcotCommonTypes.xsd, OperatingMode).
STATUSES = frozenset(
    (
        "ONRUC",
        "ON",
        "ONTEST",
        "ONOS",
        "OFF",
        "ONEMR",
        "OUT",
        "EMR",
        "OUTL",
        "ONOPTOUT",
        "OFFQS",
        "EMRSWGR",
        "ONL",
        "ONSC",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHour:
    """One hour of a resource's plan; sustained and emergency limits in MW, energy levels in MWh, capacity in MW."""

    resource: str
    start: datetime
    end: datetime
    status: str
    high_mw: Decimal
    low_mw: Decimal
    high_emergency_mw: Decimal
    low_emergency_mw: Decimal
    min_soc_mwh: Decimal | None = None
    max_soc_mwh: Decimal | None = None
    begin_soc_mwh: Decimal | None = None
    capacity_mw: Mapping[str, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what ERCOT rejects: an unknown status, limits out of order, energy levels out of order."""
        where = f"plan of {self.resource} at {self.start}"
        if self.status not in STATUSES:
            msg = f"{where}: status {self.status!r} is none of {', '.join(sorted(STATUSES))}"
            raise RuleBroken(msg)
        if not self.low_emergency_mw <= self.low_mw <= self.high_mw <= self.high_emergency_mw:
            msg = f"{where}: limits are not lel <= lsl <= hsl <= hel"
            raise RuleBroken(msg)
        levels = [level for level in (self.min_soc_mwh, self.begin_soc_mwh, self.max_soc_mwh) if level is not None]
        if sorted(levels) != levels:
            msg = f"{where}: energy levels are not minSOC <= targetBeginSOC <= maxSOC (NP4-450-M 4.1)"
            raise RuleBroken(msg)
        unknown = set(self.capacity_mw) - set(SERVICES)
        if unknown:
            msg = f"{where}: no service {', '.join(sorted(unknown))}"
            raise RuleBroken(msg)


def plan_bid_sets(hours: Sequence[PlanHour]) -> list[str]:
    """Return the BidSets (XML text) that carry the plans, one trading date each."""
    zone = MARKETS["ercot"].zone
    ordered = sorted(hours, key=lambda hour: (today(hour.start, zone), hour.resource, hour.start))
    result = []
    for day, of_day in groupby(ordered, key=lambda hour: today(hour.start, zone)):
        begin, end = day_bounds(day, zone)
        window = leaf("startTime", moment(begin)) + leaf("endTime", moment(end))
        plans = (_plan(window, list(group)) for _, group in groupby(of_day, key=lambda hour: hour.resource))
        result += [tag("BidSet", leaf("tradingDate", day.isoformat()), *texts, xmlns=EWS) for texts in _packed(plans)]
    return result


def _packed(plans: Iterable[str]) -> Iterable[list[str]]:
    texts: list[str] = []
    size = 0
    for plan in plans:
        if texts and size + len(plan) > LARGEST_PAYLOAD_BYTES:
            yield texts
            texts, size = [], 0
        texts.append(plan)
        size += len(plan)
    yield texts


def _plan(window: str, hours: list[PlanHour]) -> str:
    first = hours[0]
    spans = [leaf("startTime", moment(hour.start)) + leaf("endTime", moment(hour.end)) for hour in hours]
    statuses = [
        tag("ResourceStatus", span, leaf("operatingMode", hour.status)) for span, hour in zip(spans, hours, strict=True)
    ]
    limits = [tag("Limits", span, *_limits(hour)) for span, hour in zip(spans, hours, strict=True)]
    capacities = [
        tag("ASCapacity", span, *[leaf(name, hour.capacity_mw[name]) for name in SERVICES if name in hour.capacity_mw])
        for span, hour in zip(spans, hours, strict=True)
    ]
    identifier = leaf("externalId", wire_id("COP", first.resource, moment(first.start)))
    return tag("COP", window, identifier, leaf("resource", first.resource), *statuses, *limits, *capacities)


def _limits(hour: PlanHour) -> list[str]:
    parts = [
        leaf("hsl", hour.high_mw),
        leaf("lsl", hour.low_mw),
        leaf("hel", hour.high_emergency_mw),
        leaf("lel", hour.low_emergency_mw),
    ]
    for name, level in (
        ("maxSOC", hour.max_soc_mwh),
        ("minSOC", hour.min_soc_mwh),
        ("targetBeginSOC", hour.begin_soc_mwh),
    ):
        if level is not None:
            parts.append(leaf(name, level))
    return parts
