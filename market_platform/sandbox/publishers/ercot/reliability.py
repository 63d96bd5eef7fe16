"""Simulated reports of scarcity and of what planning runs assume: adders, temperatures, deployment factors, dearest offers."""

from datetime import date, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.ercot import SERVICES
from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.prices import run_stamps
from market_platform.sandbox.publishers.ercot.report import FILE, ISSUE, MOMENT, ZONE, Report, Rows, hour_texts
from market_platform.sandbox.world import World

ZONE_HEADINGS = ("Coast", "East", "FarWest", "North", "NorthCentral", "SouthCentral", "Southern", "West")
DAYS_AHEAD = 3
SCARCE_USD_PER_MWH = 150.0
SERVICE_ADDERS = ("RTRDPARUS", "RTRDPARDS", "RTRDPARRS", "RTRDPAECRS", "RTRDPANSS")
QUARTER_ADDERS = ("RTRDPRU", "RTRDPRD", "RTRDPRRS", "RTRDPECRS", "RTRDPNS")
FACTORS = dict(zip(SERVICES, ("0.25", "0.25", "0.1", "0.04", "0.15"), strict=True))
CURVE = ((0, 5050.0), (40, 5050.0), (41, 3353.06), (900, 12.5))
RUN_OFFER_STEPS = ((50, "1.5"), (150, "9.0"))
OFFER_MINUTES = 60


def _lambda(world: World, day: date, minutes: int) -> pd.DataFrame:
    prices = world.real_time_prices("ercot", day, minutes)
    return prices.drop_duplicates("interval_start").reset_index(drop=True)


def _adder(prices: pd.DataFrame) -> pd.Series:
    """Add to energy what its price is above the mark of scarcity, a tenth of it."""
    return (prices["energy_usd_per_mwh"] - SCARCE_USD_PER_MWH).clip(lower=0.0) / 10.0


def sced_adders(world: World, day: date) -> pd.DataFrame:
    """Each run's adders and the capacities behind them."""
    prices = _lambda(world, day, 5)
    when = run_stamps(prices["interval_start"])
    added = _adder(prices)
    return pd.DataFrame(
        {
            "SCEDTimestamp": when["stamp"],
            "RepeatedHourFlag": when["flag"],
            "SystemLambda": fixed(prices["energy_usd_per_mwh"], 4),
            "RTRDPA": fixed(added, 2),
            **{name: fixed(added, 2) for name in SERVICE_ADDERS},
            **dict.fromkeys(("RTRRUC", "RTRRMR", "RTDNCLR", "RTDERS"), "0"),
            "RTOLLSL": "31000.5",
            "RTOLHSL": "92000.25",
            MOMENT: when[MOMENT],
        }
    )


def rtm_adders(world: World, day: date) -> pd.DataFrame:
    """Each settlement interval's adders."""
    prices = _lambda(world, day, 15)
    starts = prices["interval_start"]
    when = hour_texts(starts, padded=False)
    added = fixed(_adder(prices), 2)
    return pd.DataFrame(
        {
            "DeliveryDate": when["day"],
            "DeliveryHour": when["hour"],
            "DeliveryInterval": (starts.dt.minute // 15 + 1).astype(str),
            "RTRDPA": added,
            **dict.fromkeys(QUARTER_ADDERS, added),
            "RepeatedHourFlag": when["flag"],
            MOMENT: (starts + pd.Timedelta(minutes=17)).dt.tz_convert(ZONE),
        }
    )


def _hours(world: World, day: date, days: int) -> pd.Series:
    frames = [world.day_ahead_prices("ercot", day + timedelta(days=number)) for number in range(days)]
    starts = pd.concat([frame["interval_start"].drop_duplicates() for frame in frames], ignore_index=True)
    return pd.Series(starts)


def temperatures(world: World, day: date) -> pd.DataFrame:
    """Temperatures of the day and the next ones: warm in summer, warmest in the afternoon."""
    starts = _hours(world, day, DAYS_AHEAD)
    when = hour_texts(starts)
    local = starts.dt.tz_convert(ZONE)
    season = 68.0 - 18.0 * np.cos(2 * np.pi * (local.dt.day_of_year - 20) / 365)
    daily = 9.0 * np.sin(2 * np.pi * (local.dt.hour - 9) / 24)
    columns = {name: fixed(season + daily + 2 * place - 7, 1) for place, name in enumerate(ZONE_HEADINGS)}
    return pd.DataFrame({"DeliveryDate": when["day"], "HourEnding": when["hour"], **columns, "DSTFlag": when["flag"]})


def factors(ahead: int, days: int, *, of_a_run: bool = True) -> Rows:
    """Return the deployment factors of a commitment run for some days."""

    def rows(world: World, day: date) -> pd.DataFrame:
        services = pd.DataFrame({"service": FACTORS.keys(), "factor": FACTORS.values()})
        pairs = _hours(world, day + timedelta(days=ahead), days).to_frame("start").merge(services, how="cross")
        when = hour_texts(pairs["start"])
        run = {"RUCTimestamp": f"{day:%m/%d/%Y} 14:33:01"} if of_a_run else {}
        return pd.DataFrame(
            {
                "DeliveryDate": when["day"],
                "DeliveryHour": when["hour"],
                "ASType": pairs["service"],
                "ASDeploymentFactors": pairs["factor"],
                "RepeatedHourFlag": when["flag"],
            }
        ).assign(**run)

    return rows


def demand_curves(world: World, day: date) -> pd.DataFrame:
    """Write the demand curve of each service and hour."""
    points = pd.DataFrame(CURVE, columns=["mw", "price"]).assign(point=range(1, len(CURVE) + 1))
    rows = _hours(world, day, 1).to_frame("start").merge(pd.Series(list(SERVICES), name="service"), how="cross")
    rows = rows.merge(points, how="cross")
    when = hour_texts(rows["start"])
    return pd.DataFrame(
        {
            "RUCTimeStamp": f"{day - timedelta(days=1):%m/%d/%Y} 14:33:01",
            "DeliveryDate": when["day"],
            "DeliveryHour": when["hour"],
            "ASType": rows["service"],
            "DemandCurvePoint": rows["point"].astype(str),
            "Quantity": rows["mw"].astype(str),
            "Price": fixed(rows["price"], 2),
            "RepeatedHourFlag": when["flag"],
        }
    )


def run_offers(world: World, day: date) -> pd.DataFrame:
    """Offer curves of each service, a run an hour."""
    prices = _lambda(world, day, 5)
    starts = prices["interval_start"][prices["interval_start"].dt.minute == 0].reset_index(drop=True)
    when = run_stamps(starts)
    head = pd.DataFrame({"SCED Timestamp": when["stamp"], "Repeated Hour Flag": when["flag"]})
    frames = [
        head.merge(pd.DataFrame(RUN_OFFER_STEPS, columns=["MW Offered", f"{service} Offer Price"]), how="cross").assign(
            **{FILE: f"2d_Agg_SCED_AS_Offers_{service}"}
        )
        for service in SERVICES
    ]
    return pd.concat(frames, ignore_index=True)


def highest_day_ahead(world: World, day: date) -> pd.DataFrame:
    """Write the dearest service offer of each hour, in two blocks; hours count through the day."""
    starts = _hours(world, day, 1)
    hours = pd.DataFrame({"Hour Ending": [str(number) for number in range(1, len(starts) + 1)]})
    blocks = pd.DataFrame(
        {
            "QSE": ["QALDER"] * 2,
            "DME": ["DALDER"] * 2,
            "Resource Name with Highest-Priced AS Offer Selected in DAM": ["ALDER_G1"] * 2,
            "AS Type": ["ECRSS"] * 2,
            "Block Indicator": ["V"] * 2,
            "Offered Price": ["14.5"] * 2,
            "Offered Quantity": ["20"] * 2,
        }
    )
    return hours.merge(blocks, how="cross").assign(**{"Delivery Date": f"{day:%m/%d/%Y}"})


def _highest_by_run(**columns: str) -> Rows:
    def rows(world: World, day: date) -> pd.DataFrame:
        prices = _lambda(world, day, 5)
        whole = prices[prices["interval_start"].dt.minute == 0].reset_index(drop=True)
        when = run_stamps(whole["interval_start"])
        text = fixed(whole["energy_usd_per_mwh"] + 5.0, 2)
        named = {name.replace("_", " "): text if value == "price" else value for name, value in columns.items()}
        head = {"SCED Time Stamp": when["stamp"], "Repeated Hour Flag": when["flag"], "QSE": "QWREN", "DME": "DWREN"}
        return pd.DataFrame({**head, **named})

    return rows


LATE = (3, time(5))
DAILY_RUN = (-1, time(14, 40))
REPORTS = (
    Report(13221, "NP6-323-CD", "RTPRICEADDERNP6323", sced_adders, None, "rt_price_adder_sced", "SCEDTimestamp",
           {"SystemLambda": "systemLambda", "RepeatedHourFlag": "repeatHourFlag"}),
    Report(13220, "NP6-324-CD", "RTPRICEADDERNP6324", rtm_adders, None, "rt_15min_price_adders"),
    Report(12325, "NP4-722-CD", "WEATHERASSUMPNP4722", temperatures, (0, time(5))),
    Report(24886, "NP5-526-CD", "ASDEPLOYNP5526", factors(0, 2, of_a_run=False), ISSUE),
    Report(24897, "NP5-525-CD", "WRUCASDEPLOYNP5525", factors(1, 5), ISSUE),
    Report(24895, "NP5-527-CD", "DRUCASDEPLOYNP5527", factors(0, 1), DAILY_RUN),
    Report(24896, "NP5-528-CD", "HRUCASDEPLOYNP5528", factors(0, 1), ISSUE),
    Report(26383, "NP4-214-CD", "DRUCASDCNP4214", demand_curves, DAILY_RUN),
    Report(25814, "NP3-906-EX", "2_Day_SCED_AS_Disclosure", run_offers, (2, time(3, 20))),
    Report(13018, "NP3-915-EX", "3_Day_DAM_Highest_AS", highest_day_ahead, LATE),
    Report(25812, "NP3-914-EX", "3_Day_SCED_Highest_AS", _highest_by_run(**{
        "Resource_Name_with_Highest_-_Priced_AS_Offer_Selected_in_SCED": "WREN_G2", "AS_Type": "REGUP",
        "Offered_Price": "price", "Offered_Quantity": "12.5"}), LATE),
    Report(13029, "NP3-916-EX", "3_Day_Highest_Price_Offered", _highest_by_run(
        Generation_Resource="WREN_G2", LMP="price", Proxy_Extension="N", Power_Balance_Penalty_Flag="N"), LATE),
    Report(13230, "NP3-257-EX", "3_Day_Highest_Price_Bids", _highest_by_run(
        Load_Resource="FINCH_LD1", Highest_Price_Dispatched_by_SCED="price", Proxy_Extension="N"), LATE),
)  # fmt: skip
