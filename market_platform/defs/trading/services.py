"""The ancillary services of a resource as the lake's prices show them: expected before the gate, settled after it."""

from collections.abc import Callable
from datetime import date, datetime

import pandas as pd

from market_platform.defs.trading.house import House
from market_platform.trading.planning.bids_of_plan import KIND_OF
from market_platform.trading.planning.expectation import Expectation
from market_platform.trading.planning.services import Service, services_of


def expected_services(
    house: House, iso: str, day: date, name: str, ahead: pd.DatetimeIndex, at: datetime
) -> list[Service]:
    """Return the services that a resource may offer for a day, with the prices to expect from what was out by ``at``."""
    location = str(house.resources.table.loc[name, "location"])
    return _services(
        house, iso, day, name, lambda product: house.prices.service_expectation(iso, location, product, day, ahead, at)
    )


def settled_services(house: House, iso: str, day: date, name: str) -> list[Service]:
    """Return them with the prices that the day settled at."""
    location = str(house.resources.table.loc[name, "location"])
    return _services(
        house, iso, day, name,
        lambda product: Expectation(house.prices.of_day(iso, "dam", location, day, product), "settled"),
    )  # fmt: skip


def _services(house: House, iso: str, day: date, name: str, expect: Callable[[str], Expectation]) -> list[Service]:
    row = house.resources.table.loc[name]
    up, down = float(row["discharge_mw"]), float(row["charge_mw"])
    return services_of(
        house.resources.qualification(name), iso, day, KIND_OF[str(row["kind"])],
        {"up": up, "down": down, "both": min(up, down)}, float(row["discharge_cost_usd_per_mwh"]), expect,
    )  # fmt: skip
