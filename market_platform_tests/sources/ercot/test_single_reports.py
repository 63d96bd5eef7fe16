"""Reports of which there is no recording: a line of each, under the headings that its declaration names, comes out as it says.

The day is 2025-11-02 in Texas: it begins at 05:00 UTC, its hour ending 02:00 comes twice, and 12:00 is 18:00 UTC.
"""

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload

RUN = "SCEDTimestamp,RepeatedHourFlag"
NOON = "11/02/2025 12:00:00"
HOUR_13 = "11/02/2025,13"

CASES = {
    "ercot_60d_dam_generator_awards": (
        "DeliveryDate,HourEnding,QSE,ResourceName,ResourceType,AwardedQuantity,SettlementPoint,EnergySettlementPointPrice,"
        + "RegUpAwarded,RegUpMCPC",
        f"{HOUR_13},Q,A,PVGR,12.5,A_RN,20.25,3,1.5",
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
    "ercot_dc_tie_schedules": (
        "DCTie,GMTIntervalEnding,IntervalEnding,RepeatHourFlag,MW,ImportExport",
        "DC_E,11/02/2025 18:15:00,11/02/2025 12:15:00,N,150,Import",
        [{"location": "DC_E", "schedule": "import", "scheduled_mw": 150.0, "interval_start": "2025-11-02 18:00"}],
    ),
}  # fmt: skip


def accepted(key: str, content: str, name: str) -> pd.DataFrame:
    feed = FEEDS[key]
    checked = validate(feed.parse(feed, [Payload(name, content.encode())]), feed.contract)
    assert checked.refused.empty, checked.refused.iloc[0]["reason"]
    return checked.accepted


@pytest.mark.parametrize("key", CASES)
def test_a_line_comes_out_as_it_says(key):
    headings, lines, expected = CASES[key]
    rows = accepted(key, f"{headings}\n{lines}\n", "cdr.00000000.0000000000000000.20251101.083000.X.csv")
    for wanted in expected:
        found = rows
        for column, value in wanted.items():
            is_moment = column in ("interval_start", "issued_at")
            found = found[found[column] == (pd.Timestamp(value, tz="UTC") if is_moment else value)]
        assert len(found) == 1, f"{wanted} is not one of\n{rows[[*wanted]].to_string()}"
    assert len(rows) == len(expected) or key == "ercot_as_offers_total"
