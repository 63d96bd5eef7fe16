"""Reports of which there is no recording: a line of each, under the headings that its declaration names, comes out as it says.

The day is 2025-11-02 in Texas: it begins at 05:00 UTC, its hour ending 02:00 comes twice, and 12:00 is 18:00 UTC.
"""

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload

POSTED = "cdr.00000000.0000000000000000.20251101.083000.X.csv"
RUN = "SCEDTimestamp,RepeatedHourFlag"
RESOURCE = "DeliveryDate,HourEnding,ResourceName,ResourceType"
NOON = "11/02/2025 12:00:00"
HOUR_13 = "11/02/2025,13"

CASES = {
    "ercot_60d_dam_generator_awards": (
        f"{RESOURCE},AwardedQuantity,SettlementPoint,EnergySettlementPointPrice,RegUpAwarded,RegUpMCPC",
        f"{HOUR_13},A,PVGR,12.5,A_RN,20.25,3,1.5",
        [{"publisher_product": "ENERGY", "awarded_mw": 12.5, "price_usd_per_mwh": 20.25, "location": "A_RN"},
         {"product": "regulation_up", "awarded_mw": 3.0, "price_usd_per_mwh": 1.5, "resource_id": "A"}],
    ),
    "ercot_60d_dam_load_awards": (
        "Delivery Date,Hour Ending,QSE Name,Load Resource Name,RegUp Awarded,RegUp MCPC",
        f"{HOUR_13},Q,L,,",
        [{"publisher_product": "NONE", "resource_id": "L", "product": "none"}],
    ),
    "ercot_60d_dam_ptp_bid_awards": (
        "Delivery Date,Hour Ending,QSE Name,Settlement Point Source,Settlement Point Sink,Bid ID,PtP Bid Award MW,PtP Bid Price",
        f"{HOUR_13},Q,HB_WEST,LZ_NORTH,77,4.5,-1.25",
        [{"product": "point_to_point", "resource_id": "HB_WEST>LZ_NORTH", "award_id": "77", "awarded_mw": 4.5,
          "price_usd_per_mwh": -1.25}],
    ),
    "ercot_60d_dam_generator_service_offers": (
        "Delivery Date,Hour Ending,QSE Name,Resource Name,Price1 RegUp,Price1 RRSPFR,Quantity MW1,Price2 RegUp,Quantity MW2",
        f"{HOUR_13},Q,A,5,7.5,10,9,20\n{HOUR_13},Q,B,,,,,",
        [{"publisher_product": "REGUP", "product_bid_id": "#01", "point_mw": 10.0, "price_usd_per_mwh": 5.0},
         {"publisher_product": "RRSPFR", "product_bid_id": "#01", "point_mw": 10.0, "price_usd_per_mwh": 7.5},
         {"publisher_product": "REGUP", "product_bid_id": "#02", "point_mw": 20.0, "price_usd_per_mwh": 9.0},
         {"publisher_product": "ANY", "product_bid_id": "#none", "resource_id": "B"}],
    ),
    "ercot_60d_sced_generators": (
        f"{RUN},QSE,Resource Name,Resource Type,HSL,LSL,Telemetered Resource Status,Base Point,Telemetered Net Output,SOC",
        f"{NOON},N,Q,A,PWRSTR,100,-100,ON,40,39.5,120",
        [{"resource_id": "A", "high_limit_mw": 100.0, "low_limit_mw": -100.0, "status": "ON", "base_point_mw": 40.0,
          "output_mw": 39.5, "state_of_charge_mwh": 120.0, "interval_start": "2025-11-02 18:00"}],
    ),
    "ercot_60d_sced_demand_response": (
        f"{RUN},QSE,Resource Name,Real Power Consumption,AS Responsibility for RRS,AS Responsibility for NonSpin",
        f"{NOON},N,Q,L,8,2.5,1.5",
        [{"location": "L", "programme": "RRS responsibility", "demand_response_mw": 2.5},
         {"location": "L", "programme": "NSPIN responsibility", "demand_response_mw": 1.5}],
    ),
    # The meters count quarters through a day of any length: the 100th ends the day of 25 hours.
    "ercot_60d_metered_generation": (
        "Interval Time,Interval Number,Resource Code,Interval Value",
        "11/02/2025 23:59:59,100,A,6.25",
        [{"resource_id": "A", "output_mw": 6.25, "interval_start": "2025-11-03 05:45"}],
    ),
    "ercot_sced_lmp": (
        f"{RUN},SettlementPoint,LMP",
        "11/02/2025 01:55:10,N,HB_WEST,30.5\n11/02/2025 01:55:10,Y,HB_WEST,31.5",
        [{"lmp_usd_per_mwh": 30.5, "interval_start": "2025-11-02 06:55:10"},
         {"lmp_usd_per_mwh": 31.5, "interval_start": "2025-11-02 07:55:10"}],
    ),
    "ercot_sced_lmp_bus": (
        f"{RUN},ElectricalBus,LMP", f"{NOON},N,BUS_1,-4.5", [{"location": "BUS_1", "lmp_usd_per_mwh": -4.5}],
    ),
    "ercot_dam_lmp_bus": (
        "DeliveryDate,HourEnding,BusName,LMP,DSTFlag",
        "11/02/2025,02:00,BUS_1,17.5,Y",
        [{"location": "BUS_1", "lmp_usd_per_mwh": 17.5, "interval_start": "2025-11-02 07:00"}],
    ),
    "ercot_rtd_lmp": (
        "RTDTimestamp,RepeatedHourFlag,IntervalId,IntervalEnding,IntervalRepeatedHourFlag,SettlementPoint,SettlementPointType,LMP",
        f"{NOON},N,1,11/02/2025 12:10:00,N,HB_WEST,HU,19.5",
        [{"issued_at": "2025-11-02 18:00", "interval_start": "2025-11-02 18:05", "product": "energy",
          "price_usd_per_mwh": 19.5}],
    ),
    "ercot_rtm_mcpc": (
        "DeliveryDate,DeliveryHour,DeliveryInterval,ASType,MCPC,RepeatedHourFlag",
        "11/02/2025,2,4,REGUP,3.5,Y",
        [{"product": "regulation_up", "price_usd_per_mw": 3.5, "interval_start": "2025-11-02 07:45"}],
    ),
    "ercot_as_plan": (
        "DeliveryDate,HourEnding,AncillaryType,Quantity,DSTFlag", "11/02/2025,13:00,REGDN,400,N",
        [{"product": "regulation_down", "minimum_mw": 400.0, "interval_start": "2025-11-02 18:00"}],
    ),
    "ercot_dam_as_sold": (
        "DeliveryDate,HourEnding,ASType,Quantity,DSTFlag", "11/02/2025,13:00,NSPIN,1500,N",
        [{"product": "non_spinning", "procured_mw": 1500.0}],
    ),
    "ercot_as_offers_total": (
        "DeliveryDate,HourEnding,REGDN,REGUP,RRSPFR,RRSFFR,RRSUFR,ECRSSD,ECRSMD,NSPIN,DSTFlag",
        "11/02/2025,13:00,1,2,3,4,5,6,7,8,N",
        [{"kind": "REGDN", "volume_mw": 1.0}, {"kind": "ECRSMD", "volume_mw": 7.0}, {"kind": "NSPIN", "volume_mw": 8.0}],
    ),
    "ercot_as_offer_curves": (
        "DeliveryDate,HourEnding,AncillaryType,Price,Quantity,DSTFlag", "11/02/2025,13:00,REGUP,2.5,600,N",
        [{"product": "regulation_up", "offered_mw": 600.0, "price_usd_per_mw": 2.5}],
    ),
    "ercot_dam_energy_bought": (
        "DeliveryDate,HourEnding,SettlementPoint,TotalDAMEnergyBought,DSTFlag", "11/02/2025,13:00,LZ_WEST,321.5,N",
        [{"location": "LZ_WEST", "kind": "demand", "volume_mw": 321.5}],
    ),
    "ercot_wind_forecast_by_model": (
        "DeliveryDate,HourEnding,Value,Model,Region,InUseFlag,DSTFlag", "11/02/2025,13:00,2200.5,WGRPP,Panhandle,Y,N",
        [{"model": "WGRPP", "location": "Panhandle", "generation_mw": 2200.5}],
    ),
    "ercot_sced_shadow_prices": (
        f"{RUN},ConstraintID,ConstraintName,ContingencyName,ShadowPrice",
        f"{NOON},N,7,LINE_A,BASE CASE,55.25",
        [{"constraint_name": "LINE_A", "constraint_id": "7", "contingency": "BASE CASE", "shadow_price_usd_per_mwh": 55.25}],
    ),
    "ercot_dam_shadow_prices": (
        "DeliveryDate,HourEnding,ConstraintID,ConstraintName,ContingencyName,ShadowPrice,DSTFlag",
        "11/02/2025,02:00,7,LINE_A,,55.25,Y",
        [{"contingency": "", "shadow_price_usd_per_mwh": 55.25, "interval_start": "2025-11-02 07:00"}],
    ),
    "ercot_sced_system_lambda": (
        f"{RUN},SystemLambda", f"{NOON},N,21.5", [{"figure": "system_lambda", "location": "ERCOT", "value": 21.5}],
    ),
    "ercot_dam_system_lambda": (
        "DeliveryDate,HourEnding,SystemLambda,DSTFlag", "11/02/2025,13:00,22.5,N",
        [{"figure": "system_lambda", "subject": "DAM", "value": 22.5, "interval_start": "2025-11-02 18:00"}],
    ),
    "ercot_outage_capacity": (
        "DeliveryDate,HourEnding,TotalResourceMWZoneSouth,TotalIRRMWZoneWest,TotalResourceMW",
        f"{HOUR_13},100,200,300",
        [{"figure": "TotalResourceMW", "location": "SOUTH", "value": 100.0},
         {"figure": "TotalIRRMW", "location": "WEST", "value": 200.0},
         {"figure": "TotalResourceMW", "location": "ERCOT", "value": 300.0, "issued_at": "2025-11-01 13:30"}],
    ),
    # A figure of a whole day: 25 hours of it.
    "ercot_planned_outage_capacity_future": (
        "DeliveryDate,ResourcePOCIRR", "11/02/2025,400",
        [{"figure": "ResourcePOCIRR", "value": 400.0, "interval_start": "2025-11-02 05:00", "interval_end": "2025-11-03 06:00"}],
    ),
    "ercot_as_capability": (
        f"{RUN},CapREGUPTotal", f"{NOON},N,700", [{"figure": "CapREGUPTotal", "value": 700.0}],
    ),
    "ercot_solar_5min": (
        "IntervalEnding,SystemWideGen,DSTFlag", "11/02/2025 12:05:00,9000,N",
        [{"location": "ERCOT", "fuel": "solar", "generation_mw": 9000.0, "interval_start": "2025-11-02 18:00"}],
    ),
    "ercot_corrections_sced_shadow": (
        f"{RUN},ConstraintName,ConstraintID,ContingencyName,ShadowPriceOrig,ShadowPriceCorrected,PriceCorrectionTime",
        f"{NOON},N,LINE_A,7,BASE CASE,55,60,11/03/2025 10:00:00",
        [{"original_usd_per_mwh": 55.0, "corrected_usd_per_mwh": 60.0}],
    ),
    "ercot_dc_tie_schedules": (
        "DCTie,GMTIntervalEnding,IntervalEnding,RepeatHourFlag,MW,ImportExport",
        "DC_E,11/02/2025 18:15:00,11/02/2025 12:15:00,N,150,Import",
        [{"location": "DC_E", "schedule": "import", "scheduled_mw": 150.0, "interval_start": "2025-11-02 18:00"}],
    ),
}  # fmt: skip


NAMES = {
    "ercot_grid_sums_2day": (
        "2d_Agg_Gen_Summary_Houston-02-NOV-25.csv", f"{RUN},SumBasePointNonIRR,SumTelemGenMW", f"{NOON},N,5000,5100",
        [{"figure": "sumbasepointnonirr", "location": "HOUSTON", "value": 5000.0}, {"figure": "sumtelemgenmw", "value": 5100.0}],
    ),
    "ercot_settlement_points": (
        "Settlement_Points_11022025_083000.csv",
        "ELECTRICAL_BUS,NODE_NAME,PSSE_BUS_NAME,VOLTAGE_LEVEL,SUBSTATION,SETTLEMENT_LOAD_ZONE,RESOURCE_NODE,HUB_BUS_NAME,HUB,PSSE_BUS_NUMBER",
        "BUS_1,NODE_1,,345,SUB,LZ_WEST,,,,1",
        [{"location": "BUS_1", "location_id": "BUS_1/NODE_1", "zone": "LZ_WEST", "subzone": "SUB",
          "interval_start": "2025-11-02 05:00"}],
    ),
    "ercot_resource_node_units": (
        "Resource_Node_to_Unit_11022025_083000.csv", "RESOURCE_NODE,UNIT_SUBSTATION,UNIT_NAME", "NODE_1,SUB,UNIT_1",
        [{"location": "NODE_1", "member": "UNIT_1", "member_id": "SUB/UNIT_1"}],
    ),
}  # fmt: skip


def accepted(key: str, content: str, name: str) -> pd.DataFrame:
    feed = FEEDS[key]
    checked = validate(feed.parse(feed, [Payload(name, content.encode())]), feed.contract)
    assert checked.refused.empty, checked.refused.iloc[0]["reason"]
    return checked.accepted


@pytest.mark.parametrize("key", [*CASES, *NAMES])
def test_a_line_comes_out_as_it_says(key):
    name, headings, lines, expected = NAMES[key] if key in NAMES else (POSTED, *CASES[key])
    rows = accepted(key, f"{headings}\n{lines}\n", name)
    for wanted in expected:
        found = rows
        for column, value in wanted.items():
            is_moment = column in ("interval_start", "interval_end", "issued_at")
            found = found[found[column] == (pd.Timestamp(value, tz="UTC") if is_moment else value)]
        assert len(found) == 1, f"{wanted} is not one of\n{rows[[*wanted]].to_string()}"
    assert len(rows) == len(expected) or key in ("ercot_as_offers_total", "ercot_outage_capacity")
