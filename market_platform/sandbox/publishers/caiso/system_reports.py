"""The simulated reports of load, wind and solar, schedules, reserves, ties, convergence bids and lists."""

from datetime import date, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.caiso import ANCILLARY_PAIRS, SYSTEM
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.publishers.caiso.report import (
    DAY_AHEAD,
    GMT_PAIR,
    LATER_PAIR,
    NEXT_MORNING,
    OPERATING,
    RUNS,
    Parameters,
    Report,
    by_minutes,
    by_run,
    hourly,
    local_time,
    numbered,
    run_of,
    texts,
)
from market_platform.sandbox.publishers.caiso.wire import ZONE
from market_platform.sandbox.world import World

LOAD_LENGTHS = {"DAM": 60, "2DA": 60, "7DA": 60, "ACTUAL": 60, "RTM_RTPD": 15, "RTM_RTD": 5}
LOAD_ITEMS = {"DAM": "SYS_FCST_DA_MW", "2DA": "SYS_FCST_2DA_MW", "7DA": "SYS_FCST_7DA_MW", "ACTUAL": "SYS_FCST_ACT_MW",
              "RTM_RTPD": "SYS_FCST_15MIN_MW", "RTM_RTD": "SYS_FCST_5MIN_MW"}  # fmt: skip
DAYS_AHEAD = {"DAM": 1, "2DA": 2, "7DA": 7}
RENEWABLE_LENGTHS = {"DAM": 60, "HASP": 60, "ACTUAL": 60, "RTPD": 15, "RTD": 5}
RENEWABLE_ITEMS = {"DAM": "RENEW_FCST_DA_MW", "HASP": "RENEW_FCST_HASP_MW", "ACTUAL": "RENEW_FCST_ACT_MW",
                   "RTPD": "RENEW_FCST_15MIN_MW", "RTD": "RENEW_FCST_5MIN_MW"}  # fmt: skip
SCHEDULE_ITEMS = {"Load": "LOAD", "Generation": "GEN", "Import": "IMP", "Export": "EXP"}


def load_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Load of the TAC areas and their sum: expected as it was so many days before, or as it came."""
    run = run_of(parameters)
    ahead = DAYS_AHEAD.get(run)
    if ahead is None:
        areas = world.load("caiso", day, LOAD_LENGTHS[run])
    else:
        areas = world.load_forecast("caiso", day - timedelta(days=ahead), days=1, first=ahead)
    keys = ["interval_start", "interval_end"]
    total = areas.groupby(keys, as_index=False)["load_mw"].sum().assign(location=SYSTEM)
    rows = pd.concat([areas, total], ignore_index=True)
    market, _, execution = run.partition("_")
    rows = rows.assign(TAC_AREA_NAME=rows["location"], MARKET_RUN_ID=market, EXECUTION_TYPE=execution or market,
                       LOAD_TYPE="1", LABEL="Demand Forecast", XML_DATA_ITEM=LOAD_ITEMS[run], POS="1",
                       value=texts(rows["load_mw"], 2), item=LOAD_ITEMS[run], resource=rows["location"])  # fmt: skip
    return rows.assign(GROUP=numbered(rows, "location"))


def peak_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Return the highest hour of the day-ahead forecast by area."""
    rows = load_rows(world, day, {"market_run_id": "DAM"})
    peaks = rows.loc[rows.groupby("location")["load_mw"].idxmax()].reset_index(drop=True)
    return peaks.assign(LOAD_MW=texts(peaks["load_mw"], 2))


def renewable_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Wind and solar by hub; ZP26 has no wind."""
    run = run_of(parameters)
    if run == "DAM":
        wide = world.wind_solar_forecast("caiso", day - timedelta(days=1), days=1, first=1)
    else:
        wide = world.wind_solar("caiso", day, RENEWABLE_LENGTHS[run])
    keys = ["interval_start", "interval_end", "location"]
    frames = [wide[keys].assign(RENEWABLE_TYPE=kind, mw=wide[f"{kind.lower()}_mw"]) for kind in ("Solar", "Wind")]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[(rows["location"] != "ZP26") | (rows["RENEWABLE_TYPE"] != "Wind")].reset_index(drop=True)
    rows = rows.assign(TRADING_HUB=rows["location"], LABEL="Renewable Forecast", XML_DATA_ITEM=RENEWABLE_ITEMS[run],
                       MARKET_RUN_ID_POS="1", RENEW_POS="2", MARKET_RUN_ID=run, value=texts(rows["mw"], 2))  # fmt: skip
    return rows.assign(GROUP=numbered(rows, "TRADING_HUB", "RENEWABLE_TYPE"))


def schedule_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Load, generation, imports and exports of the whole system."""
    run = run_of(parameters)
    minutes = 5 if run == "RTM" else 60
    keys = ["interval_start", "interval_end"]
    load = world.load("caiso", day, minutes).groupby(keys)["load_mw"].sum()
    flow = world.interchange("caiso", day, minutes)
    imports = flow.assign(mw=flow["net_import_mw"].clip(lower=0)).groupby(keys)["mw"].sum()
    exports = flow.assign(mw=(-flow["net_import_mw"]).clip(lower=0)).groupby(keys)["mw"].sum()
    parts = {"Load": load, "Import": imports, "Export": exports, "Generation": load - imports + exports}
    frames = [
        series.rename("mw").reset_index().assign(SCHEDULE=name, XML_DATA_ITEM=f"ISO_TOT_{SCHEDULE_ITEMS[name]}_MW")
        for name, series in parts.items()
    ]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows.assign(SLRS_TYPE="ALL", MARKET_RUN_ID=run, TAC_ZONE_NAME="Caiso_Totals", POS="1",
                       value=texts(rows["mw"], 2), item=rows["XML_DATA_ITEM"], resource="Caiso_Totals")  # fmt: skip
    return rows.assign(GROUP=numbered(rows, "SCHEDULE"))


def _pairs(world: World, day: date, parameters: Parameters) -> tuple[pd.DataFrame, pd.Series]:
    """Hours of the day by region and product, and a quantity that follows load."""
    hours = world.load("caiso", day, 60).groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
    pairs = pd.DataFrame([pair.split(" ") for pair in ANCILLARY_PAIRS], columns=["ANC_REGION", "ANC_TYPE"])
    rows = hours.merge(pairs, how="cross").assign(MARKET_RUN_ID=run_of(parameters), GRP="1", POS="1")
    wide = rows["ANC_REGION"] == "AS_CAISO_EXP"
    return rows, (rows["load_mw"] * 0.012).where(wide, 0.0)


def result_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Bought and self-provided quantities, their sum and cost."""
    rows, quantity = _pairs(world, day, parameters)
    parts = {"AS_BUY_MW": 0.8 * quantity, "AS_SELF_MW": 0.2 * quantity, "AS_MW": quantity, "AS_COST": 6.0 * quantity}
    frames = [
        rows.assign(
            RESULT_TYPE=name, XML_DATA_ITEM=name, UOM="US$" if name == "AS_COST" else "MW", value=texts(part, 2)
        )
        for name, part in parts.items()
    ]
    long = pd.concat(frames, ignore_index=True)
    return long.assign(GROUP=numbered(long, "ANC_REGION", "ANC_TYPE", "RESULT_TYPE"))


def requirement_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Least and most quantities."""
    rows, quantity = _pairs(world, day, parameters)
    bounds = {"Minimum": quantity, "Maximum": 3.0 * quantity}
    frames = [
        rows.assign(LABEL=f"AS Regional AS Requirement {name}", XML_DATA_ITEM=f"AS_REQ_{name[:3].upper()}_MW",
                    value=texts(part, 2))
        for name, part in bounds.items()
    ]  # fmt: skip
    long = pd.concat(frames, ignore_index=True)
    return long.assign(GROUP=numbered(long, "ANC_REGION", "ANC_TYPE", "LABEL"))


def ramp_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Uncertainty to be covered up and down."""
    run = run_of(parameters)
    load = world.load("caiso", day, {"RTPD": 15, "RTD": 5}[run])
    hours = load.groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
    frames = [
        hours.assign(RAMP_TYPE=way, value=texts(hours["load_mw"] * part, 2))
        for way, part in (("UP", 0.03), ("DOWN", 0.02))
    ]
    rows = pd.concat(frames, ignore_index=True).assign(BAA_GRP_ID="CISO", MARKET_RUN_ID=run)
    return rows.assign(GROUP=numbered(rows, "RAMP_TYPE"))


def transfer_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Transfers with the neighbours, a row an import or export."""
    run = run_of(parameters)
    flow = world.interchange("caiso", day, {"RTPD": 15, "RTD": 5}[run])
    inward = flow["net_import_mw"] >= 0
    rows = flow.assign(DATA_ITEM="TRANSFER_MW", MARKET_TYPE=run, TIE_NAME=flow["neighbour"] + "_TIE", BAA_GRP_ID="CISO",
                       FROM_BAA="CISO", TO_BAA=flow["neighbour"], DIRECTION=np.where(inward, "I", "E"),
                       OASIS_REC_STAT="1", UPD_BY="SANDBOX", value=texts(flow["net_import_mw"].abs(), 2))  # fmt: skip
    stamp = rows["interval_start"].dt.strftime("%Y-%m-%dT%H:%M:%S-00:00")
    return rows.assign(UPD_DATE=stamp, GROUP=numbered(rows, "TIE_NAME"))


def usage_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Limit and usage of each interface, imports."""
    flows = world.interface_flows("caiso", day, 60)
    parts = {"TTC_OTC_MW": flows["positive_limit_mw"], "TI_USAGE_MW": flows["flow_mw"]}
    frames = [
        flows.assign(XML_DATA_ITEM=item, LABEL=item.replace("_", " "), value=texts(part, 2))
        for item, part in parts.items()
    ]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows.assign(TI_ID=rows["interface"], TI_DIRECTION="I", MARKET_RUN_ID=run_of(parameters),
                       TI_CONSTRAINT_ID=rows["interface"], TR_TYPE="TI", POS="1")  # fmt: skip
    return rows.assign(GROUP=numbered(rows, "TI_ID", "XML_DATA_ITEM"))


SIDES = (("DEMAND", 1.0), ("SUPPLY", 0.8), ("EXPORTS", 0.04), ("IMPORTS", 0.24))
MEASURES = (("Energy Submitted (MWh)", 1.1), ("Dollars Submitted ($)", 40.0), ("Energy Cleared (MWh)", 1.0),
            ("Dollars Cleared ($)", 36.0))  # fmt: skip


def summary_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Bids submitted and cleared by side."""
    energy = world.load("caiso", day, 60)["load_mw"].sum()
    begin, end = day_bounds(day, ZONE)
    records = []
    for order, (side, part) in enumerate(SIDES, start=1):
        for number, (measure, factor) in enumerate(MEASURES, start=1):
            own, bid, virtual = (round(energy * part * factor * share, 2) for share in (0.7, 0.2, 0.1))
            records.append((side, order, measure, number, own, bid, virtual, round(own + bid + virtual, 2)))
    names = ["PRODUCT_TYPE", "PRODUCT_TYPE_ORDER", "SUMMARY_CAT", "SUMMARY_CAT_ORDER", "SELF_SCHEDULE", "ENERGY_BID",
             "VIRTUAL_BID", "TOTAL"]  # fmt: skip
    rows = pd.DataFrame(records, columns=names).assign(interval_start=begin, interval_end=end, MARKET_RUN_ID="DAM")
    rows["interval_start"], rows["interval_end"] = (
        pd.to_datetime(rows[n], utc=True) for n in ("interval_start", "interval_end")
    )
    return rows.assign(GROUP=[str(number) for number in range(1, len(rows) + 1)])


def virtual_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Virtual supply and demand awarded in all."""
    hours = world.load("caiso", day, 60).groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
    frames = [
        hours.assign(VIRTUALBID_TYPE=kind, XML_DATA_ITEM=f"VIRTUAL_{kind}_MW", value=texts(hours["load_mw"] * part, 2))
        for kind, part in (("SUPPLY", 0.1), ("DEMAND", 0.05))
    ]
    rows = pd.concat(frames, ignore_index=True).assign(MARKET_RUN_ID="DAM")
    return rows.assign(GROUP=numbered(rows, "VIRTUALBID_TYPE"))


def virtual_node_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Net virtual awards of the hubs and nodes that are settled most."""
    prices = world.day_ahead_node_prices("caiso", day, 20)
    rows = prices.assign(NODE_ID=prices["location"], MARKET_RUN_ID="DAM", XML_DATA_ITEM="NET_VIRTUAL_MW",
                         value=texts(prices["congestion_usd_per_mwh"] * 3, 2))  # fmt: skip
    return rows.assign(GROUP=numbered(rows, "NODE_ID"))


SCHEDULE_RELEASE = by_run(RUNS)


SYSTEM_REPORTS: dict[str, Report] = {
    "SLD_FCST": Report((*GMT_PAIR, "LOAD_TYPE", *OPERATING, "MARKET_RUN_ID", "TAC_AREA_NAME", "LABEL", "XML_DATA_ITEM",
                        "POS", "value:MW", "EXECUTION_TYPE", "GROUP"), load_rows, by_minutes(LOAD_LENGTHS),
                       by_run(RUNS)),
    "SLD_FCST_PEAK": Report(("OPR_DT", "OPR_HR", "TAC_AREA_NAME", "LOAD_MW", *GMT_PAIR), peak_rows, hourly,
                            local_time(time(9, 10), -1)),
    "SLD_REN_FCST": Report((*OPERATING, *GMT_PAIR, "TRADING_HUB", "RENEWABLE_TYPE", "LABEL", "XML_DATA_ITEM",
                            "MARKET_RUN_ID_POS", "RENEW_POS", "value:MW", "MARKET_RUN_ID", "GROUP"), renewable_rows,
                           by_minutes(RENEWABLE_LENGTHS), by_run({**RUNS, "DAM": local_time(time(7), -1)})),
    "ENE_SLRS": Report((*GMT_PAIR, "SLRS_TYPE", *OPERATING, "MARKET_RUN_ID", "TAC_ZONE_NAME", "SCHEDULE",
                        "XML_DATA_ITEM", "POS", "value:MW", "GROUP"), schedule_rows,
                       by_minutes({"DAM": 60, "RUC": 60, "HASP": 60, "RTM": 5}), SCHEDULE_RELEASE),
    "AS_RESULTS": Report((*GMT_PAIR, *OPERATING, "ANC_TYPE", "ANC_REGION", "GRP", "MARKET_RUN_ID", "RESULT_TYPE", "UOM",
                          "POS", "XML_DATA_ITEM", "value:MW", "GROUP"), result_rows, hourly, by_run(RUNS)),
    "AS_REQ": Report((*GMT_PAIR, *OPERATING, "ANC_TYPE", "ANC_REGION", "MARKET_RUN_ID", "LABEL", "POS", "XML_DATA_ITEM",
                      "value:MW", "GROUP"), requirement_rows, hourly, by_run(RUNS)),
    "ENE_FLEX_RAMP_REQT": Report((*GMT_PAIR, *OPERATING, "MARKET_RUN_ID", "BAA_GRP_ID", "RAMP_TYPE",
                                  "value:UNCERTAINITY", "GROUP"), ramp_rows, by_minutes({"RTPD": 15, "RTD": 5}),
                                 by_run(RUNS)),
    "ENE_EIM_TRANSFER_TIE": Report((*LATER_PAIR, *OPERATING, "MARKET_TYPE", "DATA_ITEM", "BAA_GRP_ID", "TIE_NAME",
                                    "FROM_BAA", "TO_BAA", "DIRECTION", "value:VALUE", "OASIS_REC_STAT", "UPD_DATE",
                                    "UPD_BY", "GROUP"), transfer_rows,
                                   by_minutes({"RTPD": 15, "RTD": 5}), by_run(RUNS)),
    "TRNS_USAGE": Report(("OPR_DT", "OPR_HR", *GMT_PAIR, "TI_ID", "TI_DIRECTION", "MARKET_RUN_ID", "TI_CONSTRAINT_ID",
                          "TR_TYPE", "XML_DATA_ITEM", "LABEL", "POS", "OPR_INTERVAL", "value:MW", "GROUP"), usage_rows,
                         hourly, by_run(RUNS)),
    "ENE_CB_MKT_SUM": Report((*GMT_PAIR, "OPR_DT", "MARKET_RUN_ID", "PRODUCT_TYPE", "PRODUCT_TYPE_ORDER", "SUMMARY_CAT",
                              "SUMMARY_CAT_ORDER", "SELF_SCHEDULE", "ENERGY_BID", "VIRTUAL_BID", "TOTAL", "GROUP"),
                             summary_rows, hourly, NEXT_MORNING),
    "ENE_CB_AWARDS": Report((*GMT_PAIR, "OPR_DT", "OPR_HR", "MARKET_RUN_ID", "VIRTUALBID_TYPE", "XML_DATA_ITEM",
                             "value:MW", "GROUP"), virtual_rows, hourly, DAY_AHEAD),
    "ENE_CB_CLR_AWARDS": Report((*GMT_PAIR, "OPR_DT", "OPR_HR", "MARKET_RUN_ID", "NODE_ID", "XML_DATA_ITEM", "value:MW",
                                 "GROUP"), virtual_node_rows, hourly, NEXT_MORNING),
}  # fmt: skip
