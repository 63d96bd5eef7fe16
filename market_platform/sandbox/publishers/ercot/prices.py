"""Simulated price reports."""

from datetime import date, time

import pandas as pd

from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.report import MOMENT, ZONE, Report, hour_texts, repeated
from market_platform.sandbox.world import World

NODES = 25
DAY_AHEAD = (-1, time(12, 45))


def _day_ahead(world: World, day: date) -> pd.DataFrame:
    prices = pd.concat([world.day_ahead_prices("ercot", day), world.day_ahead_node_prices("ercot", day, NODES)])
    return prices.sort_values(["interval_start", "location"], kind="stable").reset_index(drop=True)


def dam_spp(world: World, day: date) -> pd.DataFrame:
    """Write the price with a leading blank, as the real file does."""
    prices = _day_ahead(world, day)
    when = hour_texts(prices["interval_start"])
    return pd.DataFrame(
        {
            "DeliveryDate": when["day"],
            "HourEnding": when["hour"],
            "SettlementPoint": prices["location"],
            "SettlementPointPrice": [f" {price}" for price in fixed(prices["lmp_usd_per_mwh"], 2)],
            "DSTFlag": when["flag"],
        }
    )


def rtm_spp(world: World, day: date) -> pd.DataFrame:
    """Load zones come twice, plain and weighted by energy."""
    places, nodes = world.real_time_prices("ercot", day, 15), world.real_time_node_prices("ercot", day, NODES, 15)
    zones = places[places["location_type"].isin(["LZ", "LZ_DC"])]
    weighted = zones.assign(
        location_type=zones["location_type"] + "EW", lmp_usd_per_mwh=(zones["lmp_usd_per_mwh"] * 1.002).round(2)
    )
    prices = pd.concat([nodes.assign(location_type="RN"), places, weighted])
    prices = prices.sort_values(["interval_start", "location_type", "location"], kind="stable").reset_index(drop=True)
    when = hour_texts(prices["interval_start"], padded=False)
    return pd.DataFrame(
        {
            "DeliveryDate": when["day"],
            "DeliveryHour": when["hour"],
            "DeliveryInterval": (prices["interval_start"].dt.minute // 15 + 1).astype(str),
            "SettlementPointName": prices["location"],
            "SettlementPointType": prices["location_type"],
            "SettlementPointPrice": fixed(prices["lmp_usd_per_mwh"], 2),
            "DSTFlag": when["flag"],
            MOMENT: (prices["interval_end"] + pd.Timedelta(minutes=2, seconds=11)).dt.tz_convert(ZONE),
        }
    )


def _runs(world: World, day: date) -> pd.DataFrame:
    places, nodes = world.real_time_prices("ercot", day, 5), world.real_time_node_prices("ercot", day, NODES, 5)
    return pd.concat([places, nodes]).sort_values(["interval_start", "location"], kind="stable").reset_index(drop=True)


def run_stamps(starts: pd.Series) -> dict[str, pd.Series]:
    """Return stamp, flag and moment of posting of SCED runs: each begins some seconds into its interval."""
    stamps = starts + pd.Timedelta(seconds=12)
    return {
        "stamp": stamps.dt.tz_convert(ZONE).dt.strftime("%m/%d/%Y %H:%M:%S"),
        "flag": repeated(stamps),
        MOMENT: (stamps + pd.Timedelta(seconds=40)).dt.tz_convert(ZONE),
    }


def sced_lmp(world: World, day: date) -> pd.DataFrame:
    """LMP by settlement point of each run."""
    prices = _runs(world, day)
    when = run_stamps(prices["interval_start"])
    return pd.DataFrame(
        {
            "SCEDTimestamp": when["stamp"],
            "RepeatedHourFlag": when["flag"],
            "SettlementPoint": prices["location"],
            "LMP": fixed(prices["lmp_usd_per_mwh"], 2),
            MOMENT: when[MOMENT],
        }
    )


REPORTS = (
    Report(12331, "NP4-190-CD", "DAMSPNP4190", dam_spp, DAY_AHEAD, "dam_stlmnt_pnt_prices"),
    Report(12301, "NP6-905-CD", "SPPHLZNP6905", rtm_spp, None, "spp_node_zone_hub",
           api_names={"SettlementPointName": "settlementPoint"}),
    Report(12300, "NP6-788-CD", "LMPSROSNODENP6788", sced_lmp, None, "lmp_node_zone_hub", "SCEDTimestamp",
           {"RepeatedHourFlag": "repeatHourFlag"}),
)  # fmt: skip
