"""ERCOT's adders, planning assumptions, dearest offers and model lists, on files in the layouts that public readers show."""

import pandas as pd
import pytest

from market_platform.contracts.validate import validate
from market_platform.sources.catalogue import FEEDS, PUBLISHERS
from market_platform.sources.payload import Payload

RECOGNISE = PUBLISHERS["ercot"].recognise


def taken(key, name, *lines):
    """Read a file that must be told from others by its headings or its name."""
    file = Payload(name, ("\n".join(lines) + "\n").encode())
    assert RECOGNISE(file) == key
    verdict = validate(FEEDS[key].parse(FEEDS[key], [file]), FEEDS[key].contract)
    assert not verdict.accepted.duplicated(list(FEEDS[key].contract.key)).any()
    return verdict


def figures(rows):
    return dict(zip(rows["figure"], rows["value"], strict=True))


def test_adders_of_a_run_before_and_after_the_co_optimisation():
    old = taken(
        "ercot_sced_adders", "a.csv",
        "SCEDTimestamp,RepeatedHourFlag,BatchID,SystemLambda,PRC,RTORPA,RTOFFPA,RTORDPA,RTRRUC",
        "06/20/2023 17:05:12,N,7,3000.5,2900.25,1500.0,20.5,0.03,10",
    ).accepted  # fmt: skip
    assert figures(old) == {
        "SystemLambda": 3000.5, "PRC": 2900.25, "RTORPA": 1500.0, "RTOFFPA": 20.5, "RTORDPA": 0.03, "RTRRUC": 10.0,
    }  # fmt: skip
    assert dict(zip(old["figure"], old["unit"], strict=True))["RTORPA"] == "USD/MWh"
    recent = taken(
        "ercot_sced_adders", "b.csv",
        "SCEDTimestamp,repeatHourFlag,systemLambda,RTRDPA,RTRDPARUS,RTRRUC,RTOLLSL,RTOLHSL",
        "2026-07-17T11:25:16,false,16.0599,0.5,1.0,6.0,6908.2,106919.43",
    ).accepted  # fmt: skip
    assert figures(recent)["RTRDPARUS"] == 1.0
    assert recent["interval_start"].iloc[0] == pd.Timestamp("2026-07-17T16:25:16Z")


@pytest.mark.parametrize(
    ("day", "hours", "starts"),
    [
        ("11/01/2026", [(1, "N"), (2, "N"), (2, "Y"), (3, "N")], [5, 6, 7, 8]),
        ("03/08/2026", [(1, "N"), (2, "N"), (4, "N")], [6, 7, 8]),
    ],
)
def test_hours_of_clock_change_days_come_once_each(day, hours, starts):
    quarters = [f"{day},{hour},1,0.25,{flag}" for hour, flag in hours]
    rows = taken(
        "ercot_rtm_adders", "q.csv", "DeliveryDate,DeliveryHour,DeliveryInterval,RTRDPA,RepeatedHourFlag", *quarters
    )
    factors = [f"{day},{hour:02d}:00,ECRS,0.04,{flag}" for hour, flag in hours]
    shares = taken(
        "ercot_as_deployment_factors",
        "f.csv",
        "DeliveryDate,DeliveryHour,ASType,ASDeploymentFactors,RepeatedHourFlag",
        *factors,
    )
    curves = [f"{day} 00:00:01,{day},{hour:02d}:00,ECRS,1,40,5050,{flag}" for hour, flag in hours]
    points = taken(
        "ercot_as_demand_curves_druc", "c.csv",
        "RUCTimeStamp,DeliveryDate,DeliveryHour,ASType,DemandCurvePoint,Quantity,Price,RepeatedHourFlag", *curves,
    )  # fmt: skip
    for verdict in (rows, shares, points):
        assert verdict.refused.empty
        assert verdict.accepted["interval_start"].dt.hour.tolist() == starts


def test_the_temperatures_of_the_repeated_hour_are_told_by_the_flag_whatever_hour_they_name():
    head = "DeliveryDate,HourEnding,Coast,East,FarWest,North,NorthCentral,SouthCentral,Southern,West,DSTFlag"
    lines = [f"11/02/2025,{hour}:00,{mark},1,2,3,4,5,6,7,{flag}" for hour, mark, flag in (
        ("01", 10, "N"), ("02", 20, "N"), ("03", 21, "Y"), ("03", 30, "N"))]  # fmt: skip
    verdict = taken(
        "ercot_temperature_forecast", "cdr.00012325.0000000000000000.20251102.050000000.W.csv", head, *lines
    )
    coast = verdict.accepted[verdict.accepted["location"] == "COAST"]
    assert coast["value"].tolist() == [10, 20, 21, 30]
    assert coast["interval_start"].dt.hour.tolist() == [5, 6, 7, 8]
    assert (set(coast["unit"]), set(coast["issued_at"])) == ({"degF"}, {pd.Timestamp("2025-11-02T11:00Z")})


def test_the_run_that_made_the_factors_is_their_issue():
    head = "RUCTimestamp,DeliveryDate,DeliveryHour,ASType,ASDeploymentFactors,RepeatedHourFlag"
    name = "cdr.00024895.0000000000000000.20251205.144000000.F.csv"
    row = taken(
        "ercot_as_deployment_factors_druc", name, head, "12/05/2025 14:33:01,12/06/2025,01:00,NSPIN,0.15,N"
    ).accepted
    assert row["issued_at"].tolist() == [pd.Timestamp("2025-12-05T20:33:01Z")]
    assert (row["subject"].tolist(), row["value"].tolist()) == (["NSPIN"], [0.15])


def test_dearest_offers_keep_every_quantity_and_count_hours_to_twenty_five():
    selected = "Resource Name with Highest-Priced AS Offer Selected in DAM"
    head = f"Delivery Date,Hour Ending,QSE,DME,{selected},AS Type,Block Indicator,Offered Price,Offered Quantity"
    lines = [f"11/01/2026,{hour},QA,DA,UNIT1,ECRSS,V,14.5,20" for hour in (*range(1, 26), 25)]
    rows = taken("ercot_dam_highest_as_offers", "h.csv", head, *lines).accepted
    assert rows["interval_start"].nunique() == 25
    assert rows["product_bid_id"].tolist()[-2:] == ["V", "V #2"]
    assert set(rows["product"]) == {"contingency_reserve"}
    unknown = taken("ercot_dam_highest_as_offers", "h.csv", head, lines[0].replace("ECRSS", "MOON"))
    assert unknown.refused["reason"].tolist() == ["service MOON is not in the table of services: add it there"]


def test_dearest_offers_and_bids_of_each_run():
    head = "SCED Time Stamp,Repeated Hour Flag,QSE,DME,"
    offer = taken("ercot_sced_highest_offers", "o.csv", head + "Generation Resource,LMP,Proxy Extension,Power Balance Penalty Flag",
                  "11/01/2026 01:05:13,Y,QA,DA,GEN1,4999.99,N,N").accepted.iloc[0]  # fmt: skip
    assert (offer["resource_id"], offer["price_usd_per_mwh"]) == ("GEN1", 4999.99)
    assert offer["interval_start"] == pd.Timestamp("2026-11-01T07:05:13Z")
    bid = taken("ercot_sced_highest_bids", "b.csv", head + "Load Resource,Highest Price Dispatched by SCED,Proxy Extension",
                "11/01/2026 01:05:13,N,QA,DA,LD1,950,N").accepted.iloc[0]  # fmt: skip
    assert (bid["resource_type"], bid["interval_start"]) == ("load", pd.Timestamp("2026-11-01T06:05:13Z"))
    service = taken("ercot_sced_highest_as_offers", "s.csv",
                    "SCED Timestamp,QSE,DME,Resource Name with Highest - Priced AS Offer Selected in SCED,AS Type,Offered Price,"
                    "Offered Quantity", "12/07/2025 00:00:17,QA,DA,UNIT1,REGUP,30,12.5").accepted.iloc[0]  # fmt: skip
    assert (service["product"], service["point_mw"]) == ("regulation_up", 12.5)


def test_offer_curves_of_runs_take_their_service_from_the_file_name():
    name = "2d_Agg_SCED_AS_Offers_RRSPFR-05-DEC-25.csv"
    rows = taken("ercot_as_offers_sced_2day", name, "SCED Timestamp,MW Offered,RRSPFR Offer Price",
                 "12/05/2025 00:00:12,50,1.5", "12/05/2025 00:00:12,150,9").accepted  # fmt: skip
    assert rows["offered_mw"].tolist() == [50, 150]
    assert set(rows["product"]) == {"responsive_reserve"}


def test_lists_of_the_network_model():
    plants = taken("ercot_plant_configurations", "CCP_Resource_Names_11012026_020000.csv", "CCP_NAME,LOGICALREOURCENODENAME",
                   "BIG_CC1,BIG_CC1_1", "BIG_CC1,BIG_CC1_2").accepted  # fmt: skip
    assert plants["member"].tolist() == ["BIG_CC1_1", "BIG_CC1_2"]
    loads = taken("ercot_utility_loads", "NOIE_Mapping_11012026_020000.csv",
                  "PHYSICAL_LOAD,NOIE,VOLTAGE_NAME,SUBSTATION,ELECTRICAL_BUS", "L1,CITY,138,SUB,0099").accepted  # fmt: skip
    assert loads["member_id"].tolist() == ["L1@SUB/0099"]
    hubs = taken("ercot_hub_names", "Hub_Name_AND_DC_Ties_11012026_020000.csv", "NAME", "HB_WEST", "DC_E").accepted
    assert hubs["location_type"].tolist() == ["hub", "dc_tie"]
    assert (hubs["interval_end"] - hubs["interval_start"]).tolist() == [pd.Timedelta(hours=25)] * 2


def test_corrections_of_services_by_quarter_are_not_those_by_run():
    head = "DeliveryDate,DeliveryHour,DeliveryInterval,ASType,MCPCOriginal,MCPCCorrected,PriceCorrectionTime,RepeatedHourFlag"
    row = taken("ercot_corrections_rtm_mcpc", "RTM_MCPC_SPP_20260109.csv", head,
                "01/05/2026,7,3,REGUP,5.5,4.25,01/09/2026 16:00:00,N").accepted.iloc[0]  # fmt: skip
    assert (row["original_usd_per_mwh"], row["corrected_usd_per_mwh"]) == (5.5, 4.25)
    assert row["interval_start"] == pd.Timestamp("2026-01-05T12:30Z")
    by_run = Payload("RTM_MCPC_20260109.csv", b"SCEDTimestamp,RepeatedHourFlag\n")
    assert RECOGNISE(by_run) == "ercot_corrections_sced_mcpc"
