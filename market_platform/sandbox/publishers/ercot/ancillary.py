"""Simulated reports of ancillary services."""

from datetime import date, time

import numpy as np
import pandas as pd

from market_platform.markets.ercot import SERVICES
from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.prices import DAY_AHEAD, run_stamps
from market_platform.sandbox.publishers.ercot.report import FILE, MOMENT, ZONE, Report, hour_texts
from market_platform.sandbox.world import World

REQUIRED_MW = {"REGUP": 420.0, "REGDN": 380.0, "RRS": 2800.0, "ECRS": 1900.0, "NSPIN": 2300.0}
PARTS = ("REGUP", "REGDN", "RRSPFR", "RRSUFR", "RRSFFR", "ECRSS", "ECRSM", "NSPIN")
OFFER_STEPS = np.array([0.5, 1.0, 2.5, 5.0, 12.0, 40.0])


def dam_mcpc(world: World, day: date) -> pd.DataFrame:
    """One row a service and hour."""
    prices = world.ancillary_prices("ercot", day, "day_ahead").reset_index(drop=True)
    when = hour_texts(prices["interval_start"])
    return pd.DataFrame(
        {
            "DeliveryDate": when["day"],
            "HourEnding": when["hour"],
            "AncillaryType": prices["product"],
            "MCPC": fixed(prices["price_usd_per_mw"], 2),
            "DSTFlag": when["flag"],
        }
    )


def rtm_mcpc(world: World, day: date) -> pd.DataFrame:
    """One row a service and quarter hour."""
    prices = world.ancillary_prices("ercot", day, "real_time")
    quarter = prices["interval_start"].dt.floor("15min")
    rows = prices.assign(start=quarter).groupby(["start", "product"], as_index=False)["price_usd_per_mw"].mean()
    when = hour_texts(rows["start"], padded=False)
    return pd.DataFrame(
        {
            "DeliveryDate": when["day"],
            "DeliveryHour": when["hour"],
            "DeliveryInterval": (rows["start"].dt.minute // 15 + 1).astype(str),
            "ASType": rows["product"],
            "MCPC": fixed(rows["price_usd_per_mw"], 2),
            "RepeatedHourFlag": when["flag"],
            MOMENT: (rows["start"] + pd.Timedelta(minutes=17)).dt.tz_convert(ZONE),
        }
    )


def sced_mcpc(world: World, day: date) -> pd.DataFrame:
    """One row a service and run; from 2026-08-27 on capped and uncapped prices stand side by side."""
    prices = world.ancillary_prices("ercot", day, "real_time").reset_index(drop=True)
    when = run_stamps(prices["interval_start"])
    text = fixed(prices["price_usd_per_mw"], 2)
    names = {"CappedMCPC": text, "UncappedMCPC": text} if day >= date(2026, 8, 27) else {"MCPC": text}
    head = {"SCEDTimestamp": when["stamp"], "RepeatedHourFlag": when["flag"], "ASType": prices["product"]}
    return pd.DataFrame({**head, **names, MOMENT: when[MOMENT]})


def _hours(world: World, day: date) -> pd.Series:
    starts = world.day_ahead_prices("ercot", day)["interval_start"]
    return pd.Series(starts.drop_duplicates().reset_index(drop=True))


def plan(world: World, day: date) -> pd.DataFrame:
    """Write what is required of each service, somewhat more in the evening."""
    starts = _hours(world, day)
    rows = starts.to_frame("start").merge(pd.Series(list(SERVICES), name="service"), how="cross")
    when = hour_texts(rows["start"])
    evening = rows["start"].dt.tz_convert(ZONE).dt.hour.between(17, 21)
    return pd.DataFrame(
        {
            "DeliveryDate": when["day"],
            "HourEnding": when["hour"],
            "AncillaryType": rows["service"],
            "Quantity": fixed(rows["service"].map(REQUIRED_MW) * (1 + 0.2 * evening), 1),
            "DSTFlag": when["flag"],
        }
    )


def sold(world: World, day: date) -> pd.DataFrame:
    """Write what the day-ahead market sold: a little less than was required."""
    rows = plan(world, day)
    quantity = fixed(rows["Quantity"].astype(float) * 0.97, 1)
    return rows.rename(columns={"AncillaryType": "ASType", "DSTFlag": "RepeatedHourFlag"}).assign(Quantity=quantity)


def two_day(world: World, day: date) -> pd.DataFrame:
    """Write cleared and self-arranged quantities and offer curves, each service in a file; hours count through the day."""
    starts = _hours(world, day)
    hours = [str(number) for number in range(1, len(starts) + 1)]
    head = {"Delivery Date": [f"{day:%m/%d/%Y}"] * len(hours), "Hour Ending": hours}
    frames = []
    for place, service in enumerate(PARTS):
        shape = 200.0 + 40 * place + 10 * np.sin(np.arange(len(hours)))
        named = {"REGUP": "RegUp", "REGDN": "RegDown", "NSPIN": "NonSpin"}.get(service, service)
        for kind, title, factor in (
            ("Cleared_DAM_AS", "Total Cleared AS", 1.0),
            ("Self_Arranged_AS", "Total Self-Arranged AS", 0.1),
        ):
            part = pd.DataFrame({**head, f"{title} - {named}": fixed(pd.Series(shape * factor), 1)})
            frames.append(part.assign(**{FILE: f"2d_{kind}_{service}"}))
        points = pd.DataFrame(head).merge(
            pd.DataFrame({"MW Offered": 100 * OFFER_STEPS, f"{service} Offer Price": OFFER_STEPS}), how="cross"
        )
        frames.append(points.assign(**{FILE: f"2d_Agg_AS_Offers_{service}"}))
    return pd.concat(frames, ignore_index=True)


REPORTS = (
    Report(12329, "NP4-188-CD", "DAMCPCNP4188", dam_mcpc, DAY_AHEAD, "dam_clear_price_for_cap"),
    Report(24898, "NP6-331-CD", "RTMCPCNP6331", rtm_mcpc, None),
    Report(24891, "NP6-332-CD", "SCEDMCPCNP6332", sced_mcpc, None),
    Report(12316, "NP4-33-CD", "DAMASPLANNP433", plan, (-1, time(6, 5)), "dam_as_plan"),
    Report(24888, "NP4-532-CD", "DAMASSOLDNP4532", sold, DAY_AHEAD),
    Report(13057, "NP3-911-ER", "2_Day_AS_Disclosure", two_day, (2, time(3, 16))),
)
