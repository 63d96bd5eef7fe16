"""The simulated price reports: LMP in all runs, ancillary products, constraints, fuel and allowances."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from market_platform.markets.caiso import ANCILLARY_PAIRS, COMPONENT_OF_ITEM, PRICE_COMPONENTS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.publishers.caiso.report import (
    DAY_AHEAD,
    GMT_PAIR,
    LATER_PAIR,
    NEXT_MORNING,
    OPERATING,
    RUNS,
    Parameters,
    Release,
    Report,
    before_start,
    by_minutes,
    by_run,
    hourly,
    numbered,
    run_of,
    texts,
)
from market_platform.sandbox.publishers.caiso.wire import STAMP, ZONE
from market_platform.sandbox.world import World

LENGTHS = {"DAM": 60, "HASP": 15, "RTPD": 15, "RTM": 5, "RTD": 5}
ITEM_OF_COMPONENT = {component: item for item, component in COMPONENT_OF_ITEM.items()}
TIES = {"MALIN_5_N101": "MALIN500", "PALOVRDE_ASR-APND": "PALOVRDE_ITC"}
ANCILLARY_ITEMS = {"RU": "RU_CLR_PRC", "RD": "RD_CLR_PRC", "SR": "SP_CLR_PRC", "NR": "NS_CLR_PRC",
                   "RMU": "RMU_CLR_PRC", "RMD": "RMD_CLR_PRC"}  # fmt: skip


def lmp_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Prices of the nodes asked for, one row a component."""
    run = run_of(parameters)
    rows = _by_component(_asked(_located(world, day, parameters, LENGTHS[run], real_time=run != "DAM"), parameters))
    node = rows["location"]
    return rows.assign(
        NODE_ID_XML=node, NODE_ID=node, NODE=node, PNODE_RESMRID=node, MARKET_RUN_ID=run,
        GRP_TYPE=parameters.get("grp_type", "ALL"), POS="1", resource=node,
    )  # fmt: skip


def tie_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Prices of scheduling points over their ties."""
    run = run_of(parameters)
    real_time = run != "DAM"
    wide = world.real_time_prices("caiso", day, LENGTHS[run]) if real_time else world.day_ahead_prices("caiso", day)
    rows = _by_component(_asked(wide[wide["location"].isin(TIES)], parameters))
    node = rows["location"]
    return rows.assign(NODE_ID_XML=node, NODE_ID=node, NODE=node, TIE=node.map(TIES), MARKET_RUN_ID=run, POS="1",
                       GRP_TYPE="ALL", resource=node)  # fmt: skip


def _asked(rows: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Keep the window asked for before anything is made of it: real-time nodes are asked for hour by hour."""
    asked = [parameters[name] for name in ("startdatetime", "enddatetime") if name in parameters]
    if len(asked) < 2:
        return rows
    start, end = (datetime.strptime(moment, STAMP).astimezone(UTC) for moment in asked)
    return rows[(rows["interval_start"] >= start) & (rows["interval_start"] < end)]


def _by_component(wide: pd.DataFrame) -> pd.DataFrame:
    names = tuple(PRICE_COMPONENTS)
    values = wide.assign(ghg_usd_per_mwh=0.0)[list(PRICE_COMPONENTS.values())].to_numpy().ravel()
    places = {name: wide[name].astype("category") for name in ("location", "location_type", "publisher_id")}
    rows = wide.assign(**places).iloc[np.repeat(np.arange(len(wide)), len(names))].reset_index(drop=True)
    order = np.tile(np.arange(len(names)), len(wide))
    item = _named(order, [ITEM_OF_COMPONENT[name] for name in names])
    number, prices = pd.factorize(values)
    return rows.assign(
        LMP_TYPE=_named(order, names), XML_DATA_ITEM=item, item=item,
        value=_named(number, [f"{price:.5f}" for price in prices]),
        GROUP=_named(order, [str(place + 1) for place in range(len(names))]),
    )  # fmt: skip


def _named(number: np.ndarray, names: Sequence[str]) -> pd.Categorical:
    """Lay names out over the rows that their numbers name; two prices may be written alike."""
    codes, kinds = pd.factorize(pd.Series(names, dtype="str"), sort=True)
    return pd.Categorical.from_codes(codes[number], kinds)


def _located(world: World, day: date, parameters: Parameters, minutes: int, *, real_time: bool) -> pd.DataFrame:
    wanted = [node for node in parameters.get("node", "").split(",") if node]
    hubs = world.real_time_prices("caiso", day, minutes) if real_time else world.day_ahead_prices("caiso", day)
    if parameters.get("grp_type") == "ALL_APNODES" or (wanted and set(wanted) <= set(hubs["location"])):
        nodes = hubs
    elif real_time:
        nodes = pd.concat([hubs, world.real_time_node_prices("caiso", day, world.caiso_nodes, minutes)])
    else:
        nodes = pd.concat([hubs, world.day_ahead_node_prices("caiso", day, world.caiso_nodes)])
    return nodes[nodes["location"].isin(wanted)] if wanted else nodes


def ancillary_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Prices of every product in every region; where the world has none, the region adds nothing."""
    run = run_of(parameters)
    prices = world.ancillary_prices("caiso", day, "day_ahead" if run == "DAM" else "real_time")
    if run != "DAM":
        prices = prices[prices["interval_start"].dt.minute % 15 == 0]
        prices = prices.assign(interval_end=prices["interval_start"] + pd.Timedelta(minutes=15))
    pairs = pd.DataFrame([pair.split(" ") for pair in ANCILLARY_PAIRS], columns=["region", "product"])
    moments = prices[["interval_start", "interval_end"]].drop_duplicates()
    rows = moments.merge(pairs, how="cross").merge(prices, how="left")
    value = texts(rows["price_usd_per_mw"].fillna(0.0), 5)
    rows = rows.assign(ANC_TYPE=rows["product"], ANC_REGION=rows["region"], MARKET_RUN_ID=run, OPR_TYPE="Hourly",
                       XML_DATA_ITEM=rows["product"].map(ANCILLARY_ITEMS), value=value)  # fmt: skip
    return rows.assign(GROUP=numbered(rows, "region", "product"), item=rows["XML_DATA_ITEM"], resource=rows["region"])


def nomogram_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Binding constraints; the first of them is told again in a second group, as the real report does at times."""
    rows = _binding(world, day, parameters)
    rows = rows.assign(NOMOGRAM_ID=rows["constraint"], NOMOGRAM_ID_XML=rows["constraint"], OPR_TYPE="Hourly")
    again = rows[rows["constraint"] == rows["constraint"].min()].assign(GROUP="900")
    return pd.concat([rows.assign(GROUP=numbered(rows, "constraint")), again], ignore_index=True)


def interval_nomogram_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Binding constraints of the five-minute dispatch."""
    return nomogram_rows(world, day, {**parameters, "market_run_id": "RTD"}).assign(MARKET_RUN_ID="RTM")


def flowgate_rows(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    """Binding interties by direction."""
    rows = _binding(world, day, {"market_run_id": "RTD", **parameters})
    rows = rows[rows["kind"] == "interface"]
    direction = np.where(rows["shadow_price_usd_per_mwh"] > 0, "I", "E")
    rows = rows.assign(
        TI_ID=rows["constraint"], TI_ID_XML=rows["constraint"], TI_DIRECTION=direction, OPR_TYPE="Hourly"
    )
    return rows.assign(GROUP=numbered(rows, "constraint", "TI_DIRECTION"))


def _binding(world: World, day: date, parameters: Parameters) -> pd.DataFrame:
    run = run_of(parameters)
    rows = world.constraints("caiso", day, "day_ahead" if run == "DAM" else "real_time")
    if run in ("HASP", "RTM"):
        rows = rows[rows["interval_start"].dt.minute % 15 == 0]
        rows = rows.assign(interval_end=rows["interval_start"] + pd.Timedelta(minutes=15))
    value = texts(rows["shadow_price_usd_per_mwh"], 5)
    return rows.assign(MARKET_RUN_ID="RTM" if run == "RTD" else run, CONSTRAINT_CAUSE=rows["contingency"], value=value)


def power_balance_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Shadow price of the power balance: minus the energy part of the price."""
    prices = world.real_time_prices("caiso", day, 5)
    rows = prices[prices["location"] == prices["location"].iloc[0]].reset_index(drop=True)
    return rows.assign(MARKET_RUN_ID="RTD", XML_DATA_ITEM="PRC_SHADOW", GROUP="1", value=-rows["energy_usd_per_mwh"])


def fuel_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Gas prices of two fuel regions, the same in every hour."""
    gas = world.gas(day).set_index("hub")["price_usd_per_mmbtu"]
    starts = _hours(day)
    regions = {"FRPGE1GHG": "PG&E Citygate", "FRSCE1GHG": "SoCal Citygate"}
    frames = [starts.assign(FUEL_REGION_ID=region, value=f"{gas[hub]:.5f}") for region, hub in regions.items()]
    rows = pd.concat(frames, ignore_index=True)
    return rows.assign(FUEL_REGION_ID_XML=rows["FUEL_REGION_ID"], GROUP=numbered(rows, "FUEL_REGION_ID"))


def allowance_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """One allowance price a day."""
    carbon = world.carbon_prices(day)
    price = carbon.loc[carbon["program"] == "california", "price_usd"].iloc[0]
    begin, end = day_bounds(day, ZONE)
    return pd.DataFrame({"interval_start": [begin], "interval_end": [end], "value": [f"{price:.2f}"], "GROUP": ["1"]})


def _hours(day: date) -> pd.DataFrame:
    starts = pd.date_range(*day_bounds(day, ZONE), freq="h", inclusive="left", unit="us")
    return pd.DataFrame({"interval_start": starts, "interval_end": starts + pd.Timedelta(hours=1)})


LMP_NAMES = (
    "NODE_ID_XML",
    "NODE_ID",
    "NODE",
    "MARKET_RUN_ID",
    "LMP_TYPE",
    "XML_DATA_ITEM",
    "PNODE_RESMRID",
    "GRP_TYPE",
)
TIE_NAMES = ("NODE_ID_XML", "NODE_ID", "NODE", "TIE", "MARKET_RUN_ID", "LMP_TYPE", "XML_DATA_ITEM", "GRP_TYPE")
CAUSE = ("MARKET_RUN_ID", "CONSTRAINT_CAUSE")


def _lmp(value: str, release: Release, *, interval_last: bool = False) -> Report:
    head, ends = (*GMT_PAIR, "OPR_DT", "OPR_HR"), ("POS", f"value:{value}")
    headings = (
        (*head, *LMP_NAMES, *ends, "OPR_INTERVAL", "GROUP")
        if interval_last
        else (*head, "OPR_INTERVAL", *LMP_NAMES, *ends, "GROUP")
    )
    return Report(headings, lmp_rows, by_minutes(LENGTHS), release, "US$/MWh")


AS_HEADINGS = (*GMT_PAIR, *OPERATING, "OPR_TYPE", "ANC_TYPE", "ANC_REGION", "MARKET_RUN_ID", "XML_DATA_ITEM",
               "value:MW", "GROUP")  # fmt: skip
PRICE_REPORTS: dict[str, Report] = {
    "PRC_LMP": _lmp("MW", DAY_AHEAD),
    "PRC_HASP_LMP": _lmp("MW", before_start(45)),
    "PRC_RTPD_LMP": _lmp("PRC", before_start(22.5), interval_last=True),
    "PRC_INTVL_LMP": _lmp("VALUE", before_start(-5), interval_last=True),
    "PRC_SPTIE_LMP": Report((*GMT_PAIR, *OPERATING, *TIE_NAMES, "POS", "value:PRC", "GROUP"), tie_rows,
                            by_minutes(LENGTHS), by_run(RUNS), "US$/MWh"),
    "PRC_AS": Report(AS_HEADINGS, ancillary_rows, by_minutes(LENGTHS), by_run(RUNS), "US$/MW", 1),
    "PRC_INTVL_AS": Report((*GMT_PAIR, "OPR_DT", "OPR_HR", "OPR_TYPE", "ANC_TYPE", "XML_DATA_ITEM", "MARKET_RUN_ID",
                            "value:MW", "ANC_REGION", "OPR_INTERVAL", "GROUP"), ancillary_rows,
                           lambda _parameters: 15, before_start(22.5), "US$/MW", by_hour=True),
    "PRC_NOMOGRAM": Report((*GMT_PAIR, *OPERATING, "OPR_TYPE", "MARKET_RUN_ID", "NOMOGRAM_ID_XML", "NOMOGRAM_ID",
                            "CONSTRAINT_CAUSE", "value:PRC", "GROUP"), nomogram_rows,
                           by_minutes({**LENGTHS, "RTM": 15}), by_run(RUNS), "US$/MWh"),
    "PRC_RTM_NOMOGRAM": Report((*GMT_PAIR, *OPERATING, "NOMOGRAM_ID", *CAUSE, "value:PRC", "GROUP"),
                               interval_nomogram_rows, lambda _parameters: 5, before_start(-5), "US$/MWh"),
    "PRC_CNSTR": Report((*GMT_PAIR, *OPERATING, "OPR_TYPE", "MARKET_RUN_ID", "TI_ID_XML", "TI_ID", "TI_DIRECTION",
                         "CONSTRAINT_CAUSE", "value:MW", "GROUP"), flowgate_rows, by_minutes(LENGTHS), by_run(RUNS),
                        "US$/MWh"),
    "PRC_RTM_FLOWGATE": Report((*GMT_PAIR, *OPERATING, "TI_ID", "TI_DIRECTION", *CAUSE, "value:PRC", "GROUP"),
                               flowgate_rows, lambda _parameters: 5, before_start(-5), "US$/MWh"),
    "PRC_RTM_SCH_CNSTR": Report(("MARKET_RUN_ID", "value:PRC_SHADOW", "XML_DATA_ITEM", *LATER_PAIR, "GROUP"),
                                power_balance_rows, lambda _parameters: 5, before_start(-5), "US$/MWh"),
    "PRC_FUEL": Report((*GMT_PAIR, "OPR_DT", "OPR_HR", "FUEL_REGION_ID_XML", "FUEL_REGION_ID", "value:PRC", "GROUP"),
                       fuel_rows, hourly, NEXT_MORNING, "US$/MMBTU"),
    "PRC_GHG_ALLOWANCE": Report((*GMT_PAIR, "OPR_DT", "value:GHG_PRC_IDX", "GROUP"), allowance_rows, hourly,
                                NEXT_MORNING, "US$/MTCO2E"),
}  # fmt: skip
