"""The simulated GroupZip reports and event lists: nodes, disclosed bids, corrections, outages, capacity products."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd

from market_platform.markets.caiso import CAPACITY_PRODUCTS
from market_platform.markets.market_day import day_bounds
from market_platform.sandbox.publishers.caiso.price_reports import LMP_NAMES, lmp_rows
from market_platform.sandbox.publishers.caiso.report import (
    DAY_AHEAD,
    GMT_PAIR,
    NEXT_MORNING,
    OPERATING,
    Parameters,
    Report,
    Rows,
    hourly,
    local_time,
    texts,
)
from market_platform.sandbox.publishers.caiso.wire import GMT, XML_HEAD, ZONE
from market_platform.sandbox.world import World

LOCAL = "%Y-%m-%dT%H:%M:%S"
BIDDERS = 25
COUNTED_NODES = 40


def node_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """All nodes' day-ahead prices; the group leaves out the greenhouse-gas part."""
    rows = lmp_rows(world, day, {"market_run_id": "DAM", "grp_type": "ALL"})
    return rows[rows["LMP_TYPE"] != "MGHG"].reset_index(drop=True)


def bid_rows(run: str) -> Rows:
    """Return the rows of the bids of a run: two points of a curve a resource and hour, and one self-schedule."""

    def rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
        prices = world.day_ahead_node_prices("caiso", day, BIDDERS)
        base = prices.assign(seq=pd.factorize(prices["location"])[0] + 100_001)
        capacity = world.nodes("caiso", BIDDERS).set_index("node")["capacity_mw"]
        size = base["location"].map(capacity)
        points = [
            base.assign(
                SCH_BID_XAXISDATA=texts(size * part, 2),
                SCH_BID_Y1AXISDATA=texts(20.0 + 30.0 * base["loss_usd_per_mwh"].abs() + 25 * part, 2),
                SELFSCHEDMW="",
            )
            for part in (0.0, 1.0)
        ]
        own = base[base["seq"] % 5 == 0]
        points.append(
            own.assign(SCH_BID_XAXISDATA="", SCH_BID_Y1AXISDATA="", SELFSCHEDMW=texts(size[own.index] * 0.4, 2))
        )
        long = pd.concat(points, ignore_index=True)
        start, end = long["interval_start"].dt.strftime(GMT), long["interval_end"].dt.strftime(GMT)
        local = long["interval_start"].dt.tz_convert(ZONE).dt.strftime(LOCAL)
        return long.assign(
            STARTTIME=local, STARTTIME_GMT=start, STOPTIME_GMT=end, MARKET_RUN_ID=run, RESOURCE_TYPE="GENERATOR",
            SCHEDULINGCOORDINATOR_SEQ="500001", RESOURCEBID_SEQ=long["seq"].astype(str), TIMEINTERVALSTART_GMT="",
            TIMEINTERVALEND_GMT="", PRODUCTBID_DESC="", PRODUCTBID_MRID="1", MARKETPRODUCT_DESC="",
            MARKETPRODUCTTYPE="EN", SCH_BID_TIMEINTERVALSTART_GMT=start, SCH_BID_TIMEINTERVALSTOP_GMT=end,
            SCH_BID_Y2AXISDATA="", SCH_BID_CURVETYPE="BIDPRICE", MINEOHSTATEOFCHARGE="", MAXEOHSTATEOFCHARGE="",
        )  # fmt: skip

    return rows


def correction_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """One corrected quarter-hour on every fifth day, and the combinations without one."""
    begin, end = day_bounds(day, ZONE)
    corrected = day.toordinal() % 5 == 0
    issued = datetime.combine(day + timedelta(days=4), time(16, 30), tzinfo=ZONE).strftime("%Y-%m-%d %H:%M:%S")
    base = {"interval_start": pd.Timestamp(begin), "interval_end": pd.Timestamp(end), "TRADE_DATE": f"{day:%Y-%m-%d}",
            "REPORT_GENERATED": issued, "ENERGY_TYPECODE": "ENERGY"}  # fmt: skip
    none = {"HOUR_ENDING": "", "INTERVAL": "", "AFFECTED_AREA": "", "CORRECTION_METHOD": "Recalculated",
            "CORRECTION_COUNT": "0", "CORRECTION_REASON": "No records found for report."}  # fmt: skip
    rows = [{**base, **none, "MARKET": market} for market in ("DAM", "RTD")]
    if corrected:
        area = world.locations("caiso")["location"].iloc[0]
        rows.append({**base, "HOUR_ENDING": "18", "INTERVAL": "2", "AFFECTED_AREA": area, "MARKET": "RTPD",
                     "CORRECTION_METHOD": "Recalculated", "CORRECTION_COUNT": "4",
                     "CORRECTION_REASON": "Data input failure (simulated)"})  # fmt: skip
    return pd.DataFrame(rows)


HUB_OF_ZONE = {"NP15": "NP15", "ZP26": "ZP26", "SCE": "SP15", "SDGE": "SP15", "VEA": "SP15", "MWD": "SP15"}


def outage_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Return generation out by hub and category, hour by hour."""
    out = world.outages("caiso", day)
    starts = pd.date_range(*day_bounds(day, ZONE), freq="h", inclusive="left", unit="us")
    listed = datetime.combine(day, time(6), tzinfo=ZONE)
    begins, ends = (pd.DatetimeIndex(out[f"outage_{end}"]).as_unit("us") for end in ("start", "end"))
    live = (begins.asi8 <= starts.asi8[:, None]) & (ends.asi8 > starts.asi8[:, None])
    hub = out["zone"].map(HUB_OF_ZONE).to_numpy()
    thermal = out["fuel_category"].isin(("Natural Gas", "Nuclear", "Coal", "Other")).to_numpy()
    groups = [(name, kind) for name in ("NP15", "SP15", "ZP26") for kind in ("Thermal", "Renewable")]
    member = np.array([(hub == name) & (thermal == (kind == "Thermal")) for name, kind in groups])
    mw = live.astype(float) @ (member * out["out_mw"].to_numpy(dtype=float)).T
    hubs, kinds = (pd.Series(list(names) * len(starts), dtype="str") for names in zip(*groups, strict=True))
    rows = pd.DataFrame(
        {"interval_start": starts.repeat(len(groups)), "TRADING_HUB": hubs, "FUEL_CATEGORY": kinds, "mw": mw.ravel()}
    )
    rows["interval_end"] = rows["interval_start"] + pd.Timedelta(hours=1)
    stamp = pd.Timestamp(listed).tz_convert("UTC").strftime(GMT)
    return rows.assign(REPORT_DATE_GMT=stamp, value=texts(rows["mw"], 2))


def tie_outage_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """One curtailed tie on every third day."""
    if day.toordinal() % 3:
        return pd.DataFrame(columns=["interval_start", "interval_end"]).astype("datetime64[us, UTC]")
    begin, end = day_bounds(day, ZONE)
    tie = world.interface_flows("caiso", day, 60)["interface"].iloc[-1]
    row = {"interval_start": pd.Timestamp(begin), "interval_end": pd.Timestamp(end), "TI_ID": tie, "TI_DIRECTION": "I",
           "EQUIPMENT_OUTAGE": "LINE 500 KV (simulated)", "OUTAGE_NOTES": "maintenance", "AUDIT_TYPE": "PLANNED",
           "START_DATE": f"{day:%Y-%m-%d}", "END_DATE": f"{day:%Y-%m-%d}", "START_HOUR": "8", "END_HOUR": "17",
           "CURTAILED_OTC_MW": "450", "UPD_DATE": f"{day:%Y-%m-%dT05:30:00}", "UPD_BY": "SANDBOX",
           "UPD_DATE_GMT": pd.Timestamp(begin).strftime(GMT), "OASIS_REC_STAT": "1"}  # fmt: skip
    return pd.DataFrame([row])


def message_rows(_world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """One message a day."""
    moment = pd.Timestamp(datetime.combine(day, time(6, 0, 7), tzinfo=ZONE)).tz_convert("UTC")
    local = moment.tz_convert(ZONE).strftime(LOCAL)
    row = {"interval_start": moment, "interval_end": moment + pd.Timedelta(seconds=1), "MSG_ID": str(day.toordinal()),
           "MSG_TIME": local, "MSG_TIMESTAMP": local, "MSG_SEVERITY": "NORMAL", "MSG_SCID": "",
           "MSG_TEXT": "Market runs are on time (simulated)", "TIMESTAMP": local, "MSG_TIME_GMT": moment.strftime(GMT),
           "MSG_TIMESTAMPE_GMT": moment.strftime(GMT), "TIMESTAMP_GMT": moment.strftime(GMT)}  # fmt: skip
    return pd.DataFrame([row])


def capacity_price_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Prices of the four capacity products at the first nodes."""
    nodes = world.day_ahead_node_prices("caiso", day, COUNTED_NODES)
    frames = []
    for place, product in enumerate(CAPACITY_PRODUCTS, start=1):
        price = texts(
            nodes["energy_usd_per_mwh"].clip(0, 200) * 0.01 * place + nodes["congestion_usd_per_mwh"].abs() * 0.1, 5
        )
        frames.append(nodes.assign(NODE=nodes["location"], PRODUCT=product, MARGINAL_CLEARING_PRICE=price,
                                   CAPACITY_PRICE=price, CONGESTION_PRICE="0", LOSS_PRICE=""))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def capacity_award_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Return requirements and awards of the balancing area."""
    hours = world.load("caiso", day, 60).groupby(["interval_start", "interval_end"], as_index=False)["load_mw"].sum()
    frames = [
        hours.assign(BAA_GRP_ID="CISO", PRODUCT_TYPE=product, REQ_MW=texts(hours["load_mw"] * 0.02, 2),
                     AGG_AWD_MW=texts(hours["load_mw"] * 0.021, 2))
        for product in CAPACITY_PRODUCTS
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def western_file(world: World, day: date, now: datetime) -> bytes:
    """Write the wind and solar forecast of the balancing area; this report has a namespace of its own."""
    wide = world.wind_solar_forecast("caiso", day - timedelta(days=1), days=1, first=1)
    hours = wide.groupby(["interval_start", "interval_end"], as_index=False)[["wind_mw", "solar_mw"]].sum()
    made = min(now, datetime.combine(day - timedelta(days=1), time(10), tzinfo=ZONE)).astimezone(UTC)
    records = "\n".join(
        f"<REPORT_DATA>\n<BAA_GRP_ID>CISO</BAA_GRP_ID>\n<OPR_DATE>{day}</OPR_DATE>\n"
        f"<INTERVAL_START_GMT>{row.interval_start.strftime(GMT)}</INTERVAL_START_GMT>\n"
        f"<INTERVAL_END_GMT>{row.interval_end.strftime(GMT)}</INTERVAL_END_GMT>\n"
        f"<SOLAR>{row.solar_mw:.2f}</SOLAR>\n<WIND>{row.wind_mw:.2f}</WIND>\n</REPORT_DATA>"
        for row in hours.itertuples()
    )
    return (
        f'{XML_HEAD}<OASISReport xmlns="http://www.caiso.com/soa/EDAMWindAndSolarForecast_v1.xsd">\n<MessageHeader>\n'
        f"<TimeDate>{made:{GMT}}</TimeDate>\n<Source>OASIS</Source>\n</MessageHeader>\n<MessagePayload>\n<RTO>\n"
        f"<name>CAISO</name>\n<REPORT_ITEM>\n{records}\n</REPORT_ITEM>\n</RTO>\n</MessagePayload>\n</OASISReport>"
    ).encode()


BID_HEADINGS = (
    "STARTTIME", "STARTTIME_GMT", "STOPTIME_GMT", "MARKET_RUN_ID", "RESOURCE_TYPE", "SCHEDULINGCOORDINATOR_SEQ",
    "RESOURCEBID_SEQ", "TIMEINTERVALSTART_GMT", "TIMEINTERVALEND_GMT", "PRODUCTBID_DESC", "PRODUCTBID_MRID",
    "MARKETPRODUCT_DESC", "MARKETPRODUCTTYPE", "SELFSCHEDMW", "SCH_BID_TIMEINTERVALSTART_GMT",
    "SCH_BID_TIMEINTERVALSTOP_GMT", "SCH_BID_XAXISDATA", "SCH_BID_Y1AXISDATA", "SCH_BID_Y2AXISDATA",
    "SCH_BID_CURVETYPE", "MINEOHSTATEOFCHARGE", "MAXEOHSTATEOFCHARGE",
)  # fmt: skip
BIDS_OUT = local_time(time(13), 90)
CORRECTIONS_OUT = local_time(time(17), 4)

# Member name of each group beside its report; the group of node prices holds one file a component.
GROUP_REPORTS: dict[str, tuple[str, Report]] = {
    "DAM_LMP_GRP": ("PRC_LMP_DAM", Report((*GMT_PAIR, *OPERATING, *LMP_NAMES, "POS", "value:MW", "GROUP"), node_rows,
                                          hourly, DAY_AHEAD, longest_days=1)),
    "PUB_DAM_GRP": ("PUB_BID_DAM", Report(BID_HEADINGS, bid_rows("DAM"), hourly, BIDS_OUT, longest_days=1)),
    "PUB_RTM_GRP": ("PUB_BID_RTM", Report(BID_HEADINGS, bid_rows("RTM"), hourly, BIDS_OUT, longest_days=1)),
    "PRC_CORR_GRP": ("PRC_CORR", Report(("TRADE_DATE", "HOUR_ENDING", "INTERVAL", "MARKET", "AFFECTED_AREA",
                                         "CORRECTION_METHOD", "CORRECTION_COUNT", "ENERGY_TYPECODE",
                                         "CORRECTION_REASON", "REPORT_GENERATED"), correction_rows, hourly,
                                        CORRECTIONS_OUT, longest_days=1)),
    "AGGR_OUTAGE_SCH_GRP": ("AGGR_OUTAGE_SCH", Report((*GMT_PAIR, "OPR_DT", "OPR_HR", "TRADING_HUB", "FUEL_CATEGORY",
                                                       "REPORT_DATE_GMT", "value:MW"), outage_rows, hourly,
                                                      local_time(time(6), 0), longest_days=1)),
    "DAM_CAP_PRC_GRP": ("DAM_CAP_PRC", Report((*GMT_PAIR, "OPR_DT", "OPR_HR", "NODE", "PRODUCT",
                                               "MARGINAL_CLEARING_PRICE", "CAPACITY_PRICE", "CONGESTION_PRICE",
                                               "LOSS_PRICE"), capacity_price_rows, hourly, DAY_AHEAD, longest_days=1)),
    **{
        f"{run}_CAP_REQ_AWRD_GRP": (f"{run}_CAP_REQ_AWRD", Report((*GMT_PAIR, "OPR_DT", "OPR_HR", "BAA_GRP_ID",
                                    "PRODUCT_TYPE", "REQ_MW", "AGG_AWD_MW"), capacity_award_rows, hourly, release, longest_days=1))
        for run, release in (("DAM", DAY_AHEAD), ("2DA", local_time(time(9, 10), -2)), ("3DA", local_time(time(9, 10), -3)))
    },
}  # fmt: skip


def rights_rows(world: World, day: date, _parameters: Parameters) -> pd.DataFrame:
    """Write the prices of the month's rights, on its first day: that day's congestion, as if it stayed so."""
    first = day.replace(day=1)
    if day != first:
        return pd.DataFrame(columns=["interval_start", "interval_end"]).astype("datetime64[us, UTC]")
    begin, end = day_bounds(first, ZONE)[0], day_bounds((first + timedelta(days=31)).replace(day=1), ZONE)[0]
    congestion = (
        world.day_ahead_prices("caiso", first)
        .groupby("location", as_index=False)["congestion_usd_per_mwh"]
        .mean()
        .assign(interval_start=pd.Timestamp(begin), interval_end=pd.Timestamp(end))
    )
    parts = [
        congestion.assign(
            MARKET_NAME=f"AUC_MN_{first:%Y}_M{first:%m}_TC", MARKET_TERM="MONTHLY", TIME_OF_USE=hours,
            XML_DATA_ITEM=f"{hours}_PRC", value=texts(congestion["congestion_usd_per_mwh"] * count, 5),
            START_DATE=f"{begin.astimezone(ZONE):{LOCAL}}", END_DATE=f"{end.astimezone(ZONE):{LOCAL}}",
            START_DATE_GMT=f"{begin:{GMT}}", END_DATE_GMT=f"{end:{GMT}}",
        )
        for hours, count in (("ON", 400), ("OFF", 320))
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).rename(columns={"location": "APNODE_ID"})


EVENT_REPORTS: dict[str, Report] = {
    "CRR_CLEARING": Report(("MARKET_NAME", "MARKET_TERM", "TIME_OF_USE", "START_DATE", "END_DATE", "START_DATE_GMT",
                            "END_DATE_GMT", "APNODE_ID", "value:APNODE_ID_PRICE", "XML_DATA_ITEM"), rights_rows, hourly,
                           NEXT_MORNING),
    "TRNS_OUTAGE": Report((*GMT_PAIR, "TI_ID", "TI_DIRECTION", "EQUIPMENT_OUTAGE", "OUTAGE_NOTES", "AUDIT_TYPE",
                           "START_DATE", "END_DATE", "START_HOUR", "END_HOUR", "CURTAILED_OTC_MW", "UPD_DATE",
                           "UPD_DATE_GMT", "UPD_BY", "OASIS_REC_STAT"), tie_outage_rows, hourly, NEXT_MORNING),
    "ATL_OSM": Report(("MSG_ID", "MSG_TIME", "MSG_TIMESTAMP", "MSG_SEVERITY", "MSG_SCID", "MSG_TEXT", "TIMESTAMP",
                       "MSG_TIME_GMT", "MSG_TIMESTAMPE_GMT", "TIMESTAMP_GMT"), message_rows, hourly,
                      local_time(time(6, 1), 0)),
}  # fmt: skip
