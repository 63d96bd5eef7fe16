"""The simulated sixty-day disclosure: what generators, storage, load resources and traders of the small world did."""

from datetime import date, time

import numpy as np
import pandas as pd

from market_platform.sandbox.publishers.csv_text import fixed
from market_platform.sandbox.publishers.ercot.prices import run_stamps
from market_platform.sandbox.publishers.ercot.report import FILE, Report, hour_texts
from market_platform.sandbox.world import World

GENERATORS, LOADS = 6, 3
SIXTY_DAYS = (60, time(4, 30))


def _hours(world: World, day: date) -> pd.DataFrame:
    prices = world.day_ahead_node_prices("ercot", day, GENERATORS).reset_index(drop=True)
    when = hour_texts(prices["interval_start"], padded=False)
    order = prices["interval_start"].rank(method="dense").astype(int).astype(str)
    return prices.assign(day=when["day"], hour=order)


def dam(world: World, day: date) -> pd.DataFrame:
    """Write generators with a three-point curve, load resources with awards, one virtual bid and one path an hour."""
    rows = _hours(world, day)
    capacity = rows["location"].map(world.nodes("ercot", GENERATORS).set_index("node")["capacity_mw"])
    won = rows["lmp_usd_per_mwh"] > 20
    head = {"Delivery Date": rows["day"], "Hour Ending": rows["hour"]}
    generators = pd.DataFrame(
        {
            **head,
            "QSE": "QSIM",
            "DME": "YSIM",
            "Resource Name": rows["location"],
            "Resource Type": "CCGT90",
            **{
                f"QSE submitted Curve-{kind}{point}": fixed(values, 2)
                for point, part, price in ((1, 0.4, 12.0), (2, 0.8, 25.0), (3, 1.0, 60.0))
                for kind, values in (("MW", capacity * part), ("Price", pd.Series(price, index=rows.index)))
            },
            "HSL": fixed(capacity, 1),
            "LSL": fixed(capacity * 0.4, 1),
            "Resource Status": "ON",
            "Awarded Quantity": [f"{mw:.1f}" if good else "" for mw, good in zip(capacity, won, strict=True)],
            "Settlement Point Name": rows["location"],
            "Energy Settlement Point Price": fixed(rows["lmp_usd_per_mwh"], 2),
            "RegUp Awarded": ["5" if good else "" for good in won],
            "RegUp MCPC": ["3.5" if good else "" for good in won],
        }
    )
    first = rows.drop_duplicates("interval_start")
    hours = {"Delivery Date": first["day"], "Hour Ending": first["hour"]}
    loads = pd.DataFrame({**hours, "Load Resource Name": "BRAZOS_LD1", "RRSUFR Awarded": "20", "RRS MCPC": "2.25"})
    bids = pd.DataFrame(
        {
            **hours, "Settlement Point": "HB_NORTH", "QSE Name": "QTRADE", "Energy Only Bid MW1": "25",
            "Energy Only Bid Price1": "30", "Energy Only Bid ID": np.arange(len(first)).astype(str),
            "Multi-Hour Block Indicator": "N", "Block/Curve indicator": "V",
        }
    )  # fmt: skip
    paths = pd.DataFrame(
        {
            **hours, "QSE Name": "QTRADE", "Settlement Point Source": "HB_NORTH", "Settlement Point Sink": "LZ_WEST",
            "PtP Bid Award - MW": "10", "PtP Bid - Price": "1.25", "Bid ID": np.arange(len(first)).astype(str),
        }
    )  # fmt: skip
    named = (
        ("60d_DAM_Gen_Resource_Data", generators),
        ("60d_DAM_Load_Resource_Data", loads),
        ("60d_DAM_EnergyBids", bids),
        ("60d_DAM_PTPObligationBidAwards", paths),
    )
    return pd.concat([part.assign(**{FILE: name}) for name, part in named], ignore_index=True)


def sced(world: World, day: date) -> pd.DataFrame:
    """State of generators, storage and load resources, every quarter hour to keep it small."""
    prices = world.real_time_node_prices("ercot", day, GENERATORS, 15).reset_index(drop=True)
    when = run_stamps(prices["interval_start"])
    head = {"SCED Time Stamp": when["stamp"], "Repeated Hour Flag": when["flag"], "QSE": "QSIM", "DME": "YSIM"}
    generators = pd.DataFrame(
        {
            **head, "Resource Name": prices["location"], "Resource Type": "CCGT90", "SCED1 Curve-MW1": "0",
            "SCED1 Curve-Price1": "-250", "SCED1 Curve-MW2": "100", "SCED1 Curve-Price2": "20", "HSL": "100", "LSL": "40",
            "Telemetered Resource Status": "ON", "Base Point": "80", "Telemetered Net Output": "79.5",
            "Ancillary Service REGUP": "5",
        }
    )  # fmt: skip
    fleet = world.storage_fleet("ercot", day)
    fleet = fleet[fleet["interval_start"].dt.minute % 15 == 0].reset_index(drop=True)
    seen = run_stamps(fleet["interval_start"])
    storage = pd.DataFrame(
        {
            "SCED Time Stamp": seen["stamp"], "Repeated Hour Flag": seen["flag"], "QSE": "QSIM", "DME": "YSIM",
            "Resource Name": "RAVEN_BESS1", "Resource Type": "ESR", "HSL": "100", "LSL": "-100",
            "Telemetered Resource Status": "ON", "Base Point": fixed(fleet["net_discharge_mw"] / 100, 1),
            "Telemetered Net Output": fixed(fleet["net_discharge_mw"] / 100, 1),
            "SOC": fixed(fleet["state_of_charge_mwh"] / 100, 1), "Min SOC": "0",
            "Max SOC": fixed(fleet["energy_capacity_mwh"] / 100, 1), "AS Awards RegUp": "2",
        }
    )  # fmt: skip
    loads = pd.DataFrame(
        {
            "SCED Time Stamp": seen["stamp"], "Repeated Hour Flag": seen["flag"], "QSE": "QSIM", "DME": "",
            "Resource Name": "BRAZOS_LD1", "Telemetered Resource Status": "ONRL", "Max Power Consumption": "24",
            "Low Power Consumption": ".1", "Real Power Consumption": "14.1", "AS Responsibility for RRS": "14",
            "AS Responsibility for NonSpin": "0",
        }
    )  # fmt: skip
    named = (
        ("60d_SCED_Gen_Resource_Data", generators),
        ("60d_ESR_Data_in_SCED", storage),
        ("60d_Load_Resource_Data_in_SCED", loads),
    )
    return pd.concat([part.assign(**{FILE: name}) for name, part in named], ignore_index=True)


REPORTS = (
    Report(13051, "NP3-966-ER", "60_Day_DAM_Disclosure", dam, SIXTY_DAYS),
    Report(13052, "NP3-965-ER", "60_Day_SCED_Disclosure", sced, SIXTY_DAYS),
)
