"""The simulated portfolio: what the sandbox's registries list, what its supplier sells, what its desk once did.

All of it is invented and says so by name. It lets a fresh sandbox show every step with content of its own.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import pandas as pd

from market_platform.certificates.registries.exports import simulated_holdings
from market_platform.sandbox.world import World

# Registries that are read from files; M-RETS answers over its API.
EXPORTING = ("nar", "wregis", "nepool_gis", "pjm_gats", "ercot", "nygats", "california")
# What the simulated plants are certified for, by registry and fuel.
CERTIFIED: dict[str, dict[str, str]] = {
    "pjm_gats": {
        "wind": "DC:Tier I;DE:Total;MD:Tier 1;NJ:Class I;PA:Tier I",
        "solar": "DC:Solar;DC:Tier I;DE:Solar;MD:Solar;MD:Tier 1;NJ:Solar;PA:Solar;PA:Tier I",
    },
    "nepool_gis": {
        "wind": "CT:Class I;MA:Class I;NH:Class I;RI:Total",
        "solar": "CT:Class I;MA:Class I;NH:Class II;RI:Total",
    },
    "nygats": {"wind": "NY:Tier 1", "solar": "NY:Tier 1"},
    "california": {"wind": "CA:RPS", "solar": "CA:RPS"},
    "mrets": {"wind": "MN:Most utilities"},
}
# Invented prices in dollars a certificate, by registry and fuel: what was paid, and what the market asks today.
COSTS: dict[str, dict[str, Decimal]] = {
    "mrets": {"wind": Decimal("1.10")},
    "pjm_gats": {"wind": Decimal("18.50"), "solar": Decimal("31.00")},
    "nepool_gis": {"wind": Decimal("29.75"), "solar": Decimal("30.25")},
    "nygats": {"wind": Decimal("21.40"), "solar": Decimal("22.10")},
    "ercot": {"wind": Decimal("1.85"), "solar": Decimal("2.05")},
    "wregis": {"wind": Decimal("6.20"), "solar": Decimal("6.90")},
    "california": {"wind": Decimal("12.40"), "solar": Decimal("12.90")},
    "nar": {"wind": Decimal("1.40"), "solar": Decimal("1.60")},
}
# Registries in which the small world has no plant: state and first letter of the plants that stand in.
BORROWED = {"nepool_gis": ("MA", "N"), "nar": ("MO", "R"), "california": ("CA", "C")}
MARK_OVER_COST = Decimal("1.08")


def listed(world: World, registry: str, today: date) -> pd.DataFrame:
    """Return what a registry would list today: the months of last year and of this one up to the last complete month."""
    first, parts = date(today.year - 1, 1, 1), []
    while first < today.replace(day=1):
        parts.append(simulated_holdings(_plants(world, registry, first), registry, CERTIFIED.get(registry)))
        first = (first + timedelta(days=31)).replace(day=1)
    return pd.concat(parts, ignore_index=True)


def _plants(world: World, registry: str, month: date) -> pd.DataFrame:
    """Return the month of a registry's plants; one without plants in the small world borrows a wind and a solar plant."""
    made = issuance(world, month)
    if registry not in BORROWED:
        return made
    state, letter = BORROWED[registry]
    names = [letter + name[1:] for name in made["generator_id"].iloc[:2]]
    return made.iloc[:2].assign(generator_id=names, state=state, registry=registry)


@lru_cache(maxsize=64)
def issuance(world: World, month: date) -> pd.DataFrame:
    """Return what every simulated plant made in a month, worked out once a process."""
    return world.rec_issuance(month)


def generators(world: World, today: date) -> pd.DataFrame:
    """Return what the generators are certified for where a list does not say (M-RETS)."""
    plants = issuance(world, date(today.year, 1, 1))
    own = plants[plants["registry"] == "M-RETS"]
    pairs = [CERTIFIED["mrets"].get(fuel, "") for fuel in own["fuel"]]
    return pd.DataFrame({"registry": "mrets", "generator": own["generator_id"], "eligibility": pairs})


def marks() -> pd.DataFrame:
    """Return today's invented market prices."""
    rows = [
        (registry, fuel, (cost * MARK_OVER_COST).quantize(Decimal("0.01")))
        for registry, costs in COSTS.items()
        for fuel, cost in costs.items()
    ]
    return pd.DataFrame(rows, columns=["registry", "fuel", "price_usd"])


def quarter(now: datetime) -> tuple[datetime, datetime]:
    """Return the calendar quarter around a moment, which the simulated NEPOOL GIS keeps open for trading."""
    start = now.replace(month=now.month - (now.month - 1) % 3, day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + timedelta(days=100)).replace(day=1)
    return start, end
