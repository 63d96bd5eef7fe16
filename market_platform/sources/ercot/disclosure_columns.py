"""Columns of the sixty-day disclosure, file by file.

Sources: field names of the public API's own specification and of the client gridstatus 0.37; headings of four files in a
third party's notes (``60d_DAM_Gen_Resource_Data``, ``60d_DAM_EnergyBids``, ``60d_SCED_Gen_Resource_Data``,
``60d_Load_Resource_Data_in_SCED``). Files since 2025-12-05 have services by award and capability instead of responsibility.
"""

import re
from collections.abc import Sequence

from market_platform.sources.ercot.columns import DAY, FLAG, HOUR, RUN
from market_platform.sources.tabular import Field, Reads, label, number, passed

CURVE_POINTS, SCED_POINTS, BLOCKS = range(1, 11), range(1, 36), range(1, 6)
WHO = (label("participant", "qse", "qsename", optional=True), passed("dme"), passed("dmename"))
RESOURCE = label("resource", "resourcename", "loadresourcename")
KIND = label("resource_type", "resourcetype", optional=True)
POINT = label("point", "settlementpointname", "settlementpoint", optional=True)

# Services by the platform's key, then the columns of award and price.
SERVICE_AWARDS = {
    "REGUP": ("regup awarded", "regup mcpc"),
    "REGDN": ("regdn awarded", "regdn mcpc"),
    "RRS": ("rrs awarded", "rrs mcpc"),
    "RRSPFR": ("rrspfr awarded", "rrs mcpc"),
    "RRSFFR": ("rrsffr awarded", "rrs mcpc"),
    "RRSUFR": ("rrsufr awarded", "rrs mcpc"),
    "ECRSSD": ("ecrssd awarded", "ecrs mcpc"),
    "ECRSMD": ("ecrsmd awarded", "ecrs mcpc"),
    "NSPIN": ("nspin awarded", "nspin mcpc"),
}
AWARDS = (
    number("regup awarded", "regupawarded", optional=True),
    number("regup mcpc", "regupmcpc", optional=True),
    number("regdn awarded", "regdownawarded", "regdnawarded", optional=True),
    number("regdn mcpc", "regdownmcpc", "regdnmcpc", optional=True),
    *(number(f"{name} awarded", f"{name}awarded", optional=True) for name in ("rrs", "rrspfr", "rrsffr", "rrsufr")),
    number("rrs mcpc", "rrsmcpc", optional=True),
    number("ecrssd awarded", "ecrssdawarded", "ecrssawarded", "ecrsawarded", optional=True),
    number("ecrsmd awarded", "ecrsmdawarded", "ecrsmawarded", optional=True),
    number("ecrs mcpc", "ecrsmcpc", optional=True),
    number("nspin awarded", "nonspinawarded", "nspinawarded", optional=True),
    number("nspin mcpc", "nonspinmcpc", "nspinmcpc", optional=True),
)


def _curve(name: str, points: Sequence[int], *, required: bool = False, price: str = "price") -> tuple[Field, ...]:
    return tuple(
        number(f"{name} {kind}{point}", f"{name}{kind}{point}", optional=not required or point > 1)
        for point in points
        for kind in ("mw", price)
    )


def curves(fields: Sequence[Field]) -> dict[str, list[tuple[int, str, str]]]:
    """Return the curves of a file: for each name its points as number, quantity column and price column.

    Where a file has one curve its name is blank: the feed says what it is of.
    """
    found: dict[str, list[tuple[int, str, str]]] = {}
    for field in fields:
        part = re.fullmatch(r"(\w+) mw(\d+)", field.name)
        if part and field.reads is Reads.NUMBER:
            found.setdefault(part[1], []).append((int(part[2]), field.name, f"{part[1]} price{part[2]}"))
    return {"" if len(found) == 1 else name.upper(): points for name, points in found.items()}


COSTS = tuple(
    passed(name)
    for name in (
        "startuphot", "startupinter", "startupcold", "mingencost", "startuphotoffer", "startupinteroffer",
        "startupcoldoffer", "multihourblock", "multihourblockindicator", "multihourblockflag", "blockcurve",
        "blockcurveindicator", "blockorcurveindicator", "proxyextension",
    )
)  # fmt: skip
STATUS = label("status", "resourcestatus", "telemeteredresourcestatus", "telresstatus", "status", optional=True)
LIMITS = (
    number(
        "high_limit_mw",
        "hsl",
        "highsustainedlimit",
        "maxpowerconsumption",
        "maxpowerconsumptionforloadresource",
        optional=True,
    ),
    number(
        "low_limit_mw",
        "lsl",
        "lowsustainedlimit",
        "lowpowerconsumption",
        "lowpowerconsumptionforloadresource",
        optional=True,
    ),
)
DAM_RESOURCE = (
    DAY, HOUR, *WHO, RESOURCE, KIND, *_curve("qsesubmittedcurve", CURVE_POINTS), *COSTS, *LIMITS, STATUS,
    number("awarded", "awardedquantity", optional=True), POINT, number("price", "energysettlementpointprice", optional=True),
    *AWARDS,
)  # fmt: skip
OFFER_ID = label("offer", "offerid", "bidid", "energyonlyofferid", "energyonlybidid", optional=True)
TRADE = (DAY, HOUR, label("resource", "settlementpointname", "settlementpoint"), *WHO, OFFER_ID, *COSTS)
PATH = (
    DAY, HOUR, *WHO, label("source", "settlementpointsource", "source"), label("sink", "settlementpointsink", "sink"), OFFER_ID,
    passed("crrid"), *COSTS,
)  # fmt: skip

# Services in the words of the offer files, and the platform's.
OFFERED = {
    "RRSPFR": "responsive_reserve",
    "RRSFFR": "responsive_reserve",
    "RRSUFR": "responsive_reserve",
    "ECRS": "contingency_reserve",
    "OFFEC": "contingency_reserve",
    "ONNS": "non_spinning",
    "OFFNS": "non_spinning",
    "REGUP": "regulation_up",
    "REGDN": "regulation_down",
}
OFFERED_SPELLINGS = {
    "ONNS": ("onlinenspin", "onlinenonspin"),
    "OFFNS": ("offlinenspin", "offlinenonspin"),
    "REGDN": ("regdn", "regdown"),
}
SERVICE_BLOCKS = tuple(
    number(
        f"price{block} {service}",
        *(f"price{block}{word}" for word in OFFERED_SPELLINGS.get(service, (service.lower(),))),
        optional=True,
    )
    for block in BLOCKS
    for service in OFFERED
)
SERVICE_OFFERS = (
    DAY, HOUR, *WHO, RESOURCE, *COSTS, passed("sasmid"), passed("nclrflag"), *SERVICE_BLOCKS,
    *(number(f"mw{block}", f"quantitymw{block}", optional=True) for block in BLOCKS),
    *(passed(f"blockindicator{block}") for block in BLOCKS),
)  # fmt: skip

RESPONSIBILITIES = {
    "regup": ("asregup", "ancillaryserviceregup", "asresponsibilityforregup", "asrespforregup"),
    "regdn": ("asregdn", "ancillaryserviceregdn", "asresponsibilityforregdown", "asrespforregdn"),
    "rrs": ("asrrs", "ancillaryservicerrs", "asresponsibilityforrrs", "asrespforrrs"),
    "rrsffr": ("asrrsffr", "ancillaryservicerrsffr", "asresponsibilityforrrsffr", "asrespforrrsffr"),
    "nspin": ("asnsrs", "ancillaryservicensrs", "asresponsibilityfornonspin", "asrespfornspin"),
    "ecrs": ("asecrs", "ancillaryserviceecrs", "asresponsibilityforecrs", "asrespforecrs"),
}
SINCE_CO_OPTIMISATION = {
    "award nspin": ("asawardsnonspin", "asawardnonspin"),
    "award rrsffr": ("asawardsrrsffr", "asawardrrsffr"),
    "award rrspfr": ("asawardsrrspfr", "asawardrrspfr"),
    "award rrsufr": ("asawardsrrsufr", "asawardrrsufr"),
    "award ecrs": ("asawardsecrs", "asawardecrs"),
    "award regup": ("asawardsregup", "asawardregup"),
    "award regdn": ("asawardsregdown", "asawardsregdn", "asawardregdown"),
}
LOAD_SERVICES = {
    "regup": "REGUP responsibility", "regdn": "REGDN responsibility", "rrs": "RRS responsibility",
    "rrsffr": "RRSFFR responsibility", "nspin": "NSPIN responsibility", "ecrs": "ECRS responsibility",
    **{name: f"{name.split()[1].upper()} award" for name in SINCE_CO_OPTIMISATION},
}  # fmt: skip
SERVICES_HELD = tuple(
    number(name, *headings, optional=True) for name, headings in {**RESPONSIBILITIES, **SINCE_CO_OPTIMISATION}.items()
)
CAPABILITIES = tuple(
    passed(f"ascapability{name}")
    for name in ("regup", "regdown", "regdn", "ecrs", "nonspin", "rrspf", "rrsff", "rrsuf")
)
CHARGE = (
    number("state_of_charge_mwh", "soc", "hourbeginningplannedsoc", optional=True),
    number("least_state_of_charge_mwh", "minsoc", "minimumsoc", optional=True),
    number("most_state_of_charge_mwh", "maxsoc", "maximumsoc", optional=True),
)
DISPATCH_LIMITS = tuple(
    passed(name)
    for name in ("hasl", "hdl", "lasl", "ldl", "outputschedule", "bidtype", "rampup", "rampdown", "ramprateup", "rampratedown",
                 "selfprovidedrrsffr", "selfprovidedrrsufr", "selfprovidedecrs", "normalrampup", "normalrampdown")
)  # fmt: skip
SCED_RESOURCE = (
    RUN, FLAG, *WHO, RESOURCE, KIND, *_curve("sced1curve", SCED_POINTS), *_curve("sced2curve", SCED_POINTS),
    *_curve("submittedtpo", CURVE_POINTS), *DISPATCH_LIMITS, *LIMITS, STATUS, number("base_point_mw", "basepoint", optional=True),
    number("output_mw", "telemeterednetoutput", optional=True), *SERVICES_HELD, *CAPABILITIES, *CHARGE, *COSTS,
)  # fmt: skip
SCED_LOAD = (
    RUN, FLAG, *WHO, RESOURCE, STATUS, *LIMITS, number("output_mw", "realpowerconsumption"), *SERVICES_HELD,
    *_curve("scedbidtobuycurve", CURVE_POINTS), *_curve("scedbidcurve", CURVE_POINTS), *DISPATCH_LIMITS, *CAPABILITIES,
    number("base_point_mw", "basepoint", optional=True), *COSTS,
)  # fmt: skip
PLAN = (
    DAY, HOUR, *WHO, RESOURCE, STATUS, *LIMITS, passed("highemergencylimit"), passed("lowemergencylimit"), *CHARGE,
    *(passed(name) for name in ("regup", "regdn", "regdown", "rrs", "rrspfr", "rrsffr", "rrsufr", "nspin", "ecrs")),
)  # fmt: skip

FIELDS: dict[str, tuple[Field, ...]] = {
    "dam_resource": DAM_RESOURCE,
    "dam_load_resource": (DAY, HOUR, *WHO, RESOURCE, *LIMITS, *AWARDS),
    "energy_offers": (*TRADE, *_curve("energyonlyoffer", CURVE_POINTS, required=True)),
    "energy_bids": (*TRADE, *_curve("energyonlybid", CURVE_POINTS, required=True)),
    "energy_offer_awards": (
        *TRADE, number("awarded", "energyonlyofferawardinmw"), number("price", "settlementpointprice"),
    ),
    "energy_bid_awards": (*TRADE, number("awarded", "energyonlybidawardinmw"), number("price", "settlementpointprice")),
    "ptp_bids": (*PATH, number("path mw1", "ptpbidmw"), number("path price1", "ptpbidprice")),
    "ptp_bid_awards": (*PATH, number("awarded", "ptpbidawardmw"), number("price", "ptpbidprice")),
    "ptp_options": (*PATH, number("path mw1", "mw"), number("path price1", "price")),
    "ptp_option_awards": (*PATH, number("awarded", "mw"), number("price", "price")),
    "service_offers": SERVICE_OFFERS,
    "sced_resource": SCED_RESOURCE,
    "sced_load": SCED_LOAD,
    "smne": (
        label("stamp", "intervaltime"), label("number", "intervalnumber"), label("resource", "resourcecode"),
        number("output_mw", "intervalvalue"),
    ),
    "plan": PLAN,
}  # fmt: skip
