"""ERCOT's two-day reports: one zip of some twenty files, each of one service or one part of the grid.

The service stands in the file's name; the column over the values names it again in ways of its own (``RegUp``, ``NonSpin``).
"""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.markets.ercot import ALL_SERVICES, SYSTEM
from market_platform.sources.ercot.ancillary import RESERVE_NUMBERS
from market_platform.sources.ercot.columns import DAY, FLAG, HOUR, RUN
from market_platform.sources.ercot.hours import FIVE_MINUTES, hourly, never, stamped
from market_platform.sources.ercot.reading import headings, plain, read
from market_platform.sources.ercot.rows import finish
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import Field, number

CLEARED = r"(?:2d|48h)_Cleared_(?:DAM_)?AS_"
RUN_OFFERS = r"(?i:agg_sced_as_offers_)"
SELF_ARRANGED = r"(?:2d|48h)_Self_Arranged_AS_"
OFFERS = r"(?:2d|48h)_Agg_(?:DAM_)?AS_Offers_"
AGGREGATES = r"(?:2d|48h)_Agg_(?:Gen_Summary|Load_Summary|Output_Sched|DSR_Loads)"
SERVICE = re.compile(r"_([A-Z]+)-\d{2}-[A-Z]{3}-\d{2}", re.IGNORECASE)
AREA = re.compile(r"_(Houston|North|South|West)-", re.IGNORECASE)
VALUE_HEADINGS = tuple(
    f"total{kind}{service}"
    for kind in ("clearedas", "selfarrangedas")
    for service in (*(name.lower() for name in ALL_SERVICES), "regdown", "nonspin")
)
QUANTITY = (DAY, HOUR, number("mw", *VALUE_HEADINGS))
CURVE = (
    DAY,
    HOUR,
    number("mw", "mwoffered"),
    number("price", *(f"{service.lower()}offerprice" for service in ALL_SERVICES)),
)
RUN_CURVE = (RUN, FLAG, *CURVE[2:])
SUMS = tuple(
    f"sum{what}{of}" for what in ("basepoint", "hasl", "lasl") for of in ("nonirr", "nonwgr", "wgr", "pvgr", "remres")
)
OTHER_SUMS = (
    "sumbasepointremainingres", "sumhaslremainingres", "sumlaslremainingres", "sumbasepointremainingresources",
    "sumbasepointesr", "sumbasepointesrcharging", "sumbasepointesrdischarging", "sumgentelemmw", "sumtelemgenmw",
    "sumtelemdctiemw", "aggloadsummary", "sumlsloutputschedule", "sumhsloutputschedule", "sumoutputschedule",
    "sumlsloutputsched", "sumhsloutputsched", "sumoutputsched", "sumtelemdsrload", "sumtelemdsrgen", "sumtelemdsrloads",
)  # fmt: skip
AGGREGATE = (RUN, FLAG, *(number(name, name, optional=True) for name in (*SUMS, *OTHER_SUMS)))


def cleared(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quantity of each service that the day-ahead market bought."""
    return _quantities(feed, payloads, "procured_mw")


def self_arranged(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Quantity of each service that participants bring themselves."""
    return _quantities(feed, payloads, "self_provided_mw")


def _quantities(feed: Feed, payloads: Sequence[Payload], name: str) -> pd.DataFrame:
    rows = read(payloads, QUANTITY)
    found = _services(feed, payloads, rows, hourly(feed, rows))
    return finish(feed, found.assign(**dict.fromkeys(RESERVE_NUMBERS, np.nan)).assign(**{name: rows["mw"]}))


def offers(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Offers of each service laid into one curve an hour."""
    rows = read(payloads, CURVE)
    found = _services(feed, payloads, rows, hourly(feed, rows))
    return finish(feed, found.assign(offered_mw=rows["mw"], price_usd_per_mw=rows["price"]))


def run_offers(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Offers of each service laid into one curve a SCED run (since 2025-12-05)."""
    rows = read(payloads, RUN_CURVE)
    found = _services(feed, payloads, rows, stamped(feed, rows, FIVE_MINUTES))
    return finish(feed, found.assign(offered_mw=rows["mw"], price_usd_per_mw=rows["price"]))


def _services(feed: Feed, payloads: Sequence[Payload], rows: pd.DataFrame, times: pd.DataFrame) -> pd.DataFrame:
    names = [_service(payload) for payload in payloads]
    service = pd.Series(pd.Categorical(np.array(names, dtype="object")[rows["file"].to_numpy()]))
    product = service.astype("object").map(ALL_SERVICES)
    return times.assign(**feed.constants, location=SYSTEM, product=product, publisher_product=service)


def _service(payload: Payload) -> str:
    found = SERVICE.search(payload.base_name)
    if found is None or found[1].upper() not in ALL_SERVICES:
        raise SchemaChanged(
            f"{payload.name}: its name tells no known service ({headings(payload)}); add it to the table of services"
        )
    return found[1].upper()


def aggregates(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read sums over resources and loads at each SCED run, for the system and its areas."""
    frames = []
    for position, payload in enumerate(payloads):
        rows = read([payload], AGGREGATE)
        times = stamped(feed, rows, FIVE_MINUTES).assign(file=position, subject="")
        times["issued_at"] = never(rows)
        area = AREA.search(payload.base_name)
        place = area[1].upper() if area else SYSTEM
        present = {plain(heading) for heading in headings(payload)}
        base = times.assign(**feed.constants, location=place)
        frames += [base.assign(figure=field.name, value=rows[field.name]) for field in _sums(present)]
    return finish(feed, pd.concat(frames, ignore_index=True))


def _sums(present: set[str]) -> list[Field]:
    found = [field for field in AGGREGATE if field.name in present]
    return found or [AGGREGATE[-1]]
