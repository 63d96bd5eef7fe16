"""ERCOT's sixty-day disclosure: bids, offers, awards and states of single resources.

One zip a day holds some fifteen files; each file is one feed, and files that say two things (offers and awards of one
resource) fill two. A file without a flag for the repeated hour counts its hours.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from market_platform.markets.ercot import ALL_SERVICES
from market_platform.sources.ercot import disclosure_columns as columns
from market_platform.sources.ercot.hours import FIVE_MINUTES, QUARTER, hourly, stamped
from market_platform.sources.ercot.reading import read
from market_platform.sources.ercot.rows import finish
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload

NO_CHARGE = dict.fromkeys(("least_state_of_charge_mwh", "most_state_of_charge_mwh"), np.nan)


def _read(feed: Feed, payloads: Sequence[Payload]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = read(payloads, columns.FIELDS[feed.file_part])
    if "hour" in rows:
        return rows, hourly(feed, rows)
    if feed.file_part == "smne":
        return rows, _metered(feed, rows)
    return rows, stamped(feed, rows, FIVE_MINUTES)


def _metered(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Quarter hours of meters: the stamp is a second before the end, the number counts through a day of any length."""
    times = stamped(feed, rows, QUARTER, ends=True)
    numbers = pd.to_numeric(rows["number"].astype(str), errors="coerce")
    days = pd.Series(pd.to_datetime(times["market_day"].astype(str), errors="coerce"))
    begin = days.dt.tz_localize(feed.zone).dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    start = begin + pd.to_timedelta((numbers - 1) * 15, unit="min").astype("timedelta64[us]")
    return times.assign(interval_start=start, interval_end=start + QUARTER)


def offers(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Points of offer and bid curves. A line without a curve gives one row with no quantity."""
    rows, times = _read(feed, payloads)
    base = times.assign(**_who(feed, rows), product="energy", publisher_product=feed.constants.get("kind", "ENERGY"))
    return _points(feed, rows, base, columns.curves(columns.FIELDS[feed.file_part]))


def service_offers(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Blocks of ancillary service offers: up to five quantities, each with a price a service."""
    rows, times = _read(feed, payloads)
    base = times.assign(**_who(feed, rows))
    frames = []
    for block in columns.BLOCKS:
        for service, product in columns.OFFERED.items():
            price = rows[f"price{block} {service}"]
            filled = price.notna()
            if filled.any():
                point = base[filled].assign(
                    product=product, publisher_product=service, point_mw=rows[f"mw{block}"], price_usd_per_mwh=price
                )
                frames.append(_numbered(rows, point, block))
    return finish(feed, _with_lines(base, frames, "ANY"))


def _points(
    feed: Feed, rows: pd.DataFrame, base: pd.DataFrame, curves: Mapping[str, Iterable[tuple[int, str, str]]]
) -> pd.DataFrame:
    frames = []
    for kind, points in curves.items():
        for number, quantity, price in points:
            filled = rows[quantity].notna() | rows[price].notna()
            if filled.any():
                point = base[filled].assign(point_mw=rows[quantity], price_usd_per_mwh=rows[price])
                if kind:
                    point = point.assign(publisher_product=kind)
                frames.append(_numbered(rows, point, number))
    return finish(feed, _with_lines(base, frames, str(feed.constants.get("kind", "ENERGY"))))


def _numbered(rows: pd.DataFrame, point: pd.DataFrame, number: int) -> pd.DataFrame:
    """Give the points of a curve their numbers: two of them may share a quantity."""
    offer = rows["offer"].astype("object").fillna("") if "offer" in rows else ""
    return point.assign(
        product_bid_id=pd.Series(offer, index=rows.index).astype(str) + f"#{number:02d}", bid_kind="curve"
    )


def _with_lines(base: pd.DataFrame, frames: list[pd.DataFrame], product: str) -> pd.DataFrame:
    """Lay points under each other; each line that has none stands once, without a quantity."""
    told = np.zeros(len(base), dtype=bool)
    for frame in frames:
        told[frame.index] = True
    if told.all():
        return pd.concat(frames, ignore_index=True).assign(**NO_CHARGE)
    silent = base[~told].assign(
        product=base.get("product", "energy"),
        publisher_product=base.get("publisher_product", product),
        product_bid_id="#none",
        bid_kind="none",
        point_mw=np.nan,
        price_usd_per_mwh=np.nan,
    )
    return pd.concat([*frames, silent], ignore_index=True).assign(**NO_CHARGE)


def _who(feed: Feed, rows: pd.DataFrame) -> dict[str, object]:
    facts = {name: value for name, value in feed.constants.items() if name != "kind"}
    path = "source" in rows
    resource = rows["source"].astype(str) + ">" + rows["sink"].astype(str) if path else rows["resource"]
    return {
        **facts,
        "resource_id": resource,
        "participant_id": rows.get("participant"),
        "resource_type": rows.get("resource_type"),
    }


def awards(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Awards of energy and of each service; a line without any stands once."""
    rows, times = _read(feed, payloads)
    base = times.assign(**_who(feed, rows), location=rows.get("point"))
    base["award_id"] = rows["offer"].astype("object").fillna("").astype(str) if "offer" in rows else ""
    frames = []
    if "awarded" in rows:
        product = str(feed.constants.get("kind", "ENERGY"))
        kind = "point_to_point" if "source" in rows else "energy"
        frames.append(
            base.assign(
                product=kind, publisher_product=product, awarded_mw=rows["awarded"], price_usd_per_mwh=rows["price"]
            )
        )
    told = np.full(len(rows), bool(frames))
    for service, (awarded, price) in columns.SERVICE_AWARDS.items():
        if awarded in rows and rows[awarded].notna().any():
            filled = rows[awarded].notna()
            told |= filled.to_numpy()
            one = base[filled].assign(product=ALL_SERVICES[service], publisher_product=service)
            frames.append(one.assign(awarded_mw=rows[awarded], price_usd_per_mwh=rows[price]))
    if not told.all():
        nothing = {"product": "none", "publisher_product": "NONE", "awarded_mw": np.nan, "price_usd_per_mwh": np.nan}
        frames.append(base[~told].assign(**nothing))
    return finish(feed, pd.concat(frames, ignore_index=True))


STATE_COLUMNS = (
    "status", "high_limit_mw", "low_limit_mw", "base_point_mw", "output_mw", "state_of_charge_mwh",
    "least_state_of_charge_mwh", "most_state_of_charge_mwh",
)  # fmt: skip


def states(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Limits, instructions, output and charge of resources."""
    rows, times = _read(feed, payloads)
    known = {name: rows.get(name, None if name == "status" else np.nan) for name in STATE_COLUMNS}
    return finish(feed, times.assign(**_who(feed, rows), **known))


def demand_response(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read what load resources hold ready for each service at each SCED run."""
    rows, times = _read(feed, payloads)
    wide = {name: service for name, service in columns.LOAD_SERVICES.items() if not rows[name].isna().all()}
    facts = {name: value for name, value in feed.constants.items() if name != "kind"}
    frames = [
        times.assign(**facts, location=rows["resource"], programme=service, demand_response_mw=rows[name])
        for name, service in (wide or dict(list(columns.LOAD_SERVICES.items())[:1])).items()
    ]
    return finish(feed, pd.concat(frames, ignore_index=True))
