"""Resource parameters of a storage: ramp rates, times and the energy levels ERCOT holds for it (ResParametersSet).

Element order follows GenResourceParameters in ErcotTransactionTypes.xsd. A storage starts at once and as often as it
likes; what the schema asks of a generator beyond that is filled with the widest values it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from market_platform.errors import RuleBroken
from market_platform.trading.bids.bid import StorageTerms
from market_platform.trading.gateways.ercot.names import EWS
from market_platform.trading.gateways.gateway import wire_id
from market_platform.trading.gateways.xml_text import leaf, tag

# GenResourceParametersDetails in the schema's order; hours, counts and MWh.
DETAILS = {
    "minOnlineTime": "0",
    "minOfflineTime": "0",
    "maxOnlineTime": "999999.9",
    "maxDailyStarts": "999",
    "hotStartTime": "0",
    "intermediateStartTime": "0",
    "coldStartTime": "0",
    "hotToIntermediateTime": "0",
    "intermediateToColdTime": "0",
    "maxWeeklyStarts": "999",
    "maxWeeklyEnergy": "999999999",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageParameters:
    """What ERCOT keeps of a storage: ramp rates in MW a minute from a power on, and its energy terms."""

    resource: str
    ramp_up_mw_per_minute: Decimal
    ramp_down_mw_per_minute: Decimal
    from_mw: Decimal
    soc: StorageTerms
    reason: str


def parameters_set(storages: Sequence[StorageParameters]) -> str:
    """Return the ResParametersSet (XML text) of the storages. Raises RuleBroken where energy terms make no sense."""
    return tag("ResParametersSet", *[_parameters(storage) for storage in storages], xmlns=EWS)


def _parameters(storage: StorageParameters) -> str:
    soc = storage.soc
    efficiency = soc.round_trip_efficiency
    if efficiency is None or not 0 < efficiency <= 1 or not 0 <= soc.min_soc_mwh <= soc.max_soc_mwh:
        msg = f"{storage.resource}: {soc.min_soc_mwh} to {soc.max_soc_mwh} MWh at efficiency {efficiency} make no sense"
        raise RuleBroken(msg)
    ramp = tag(
        "rrPoint",
        leaf("rampRateUp", storage.ramp_up_mw_per_minute),
        leaf("rampRateDown", storage.ramp_down_mw_per_minute),
        leaf("breakPoint", storage.from_mw),
    )
    levels = leaf("minSOC", soc.min_soc_mwh) + leaf("maxSOC", soc.max_soc_mwh) + leaf("roundTripEfficiency", efficiency)
    return tag(
        "GenResourceParameters",
        leaf("externalId", wire_id("parameters", storage.resource)),
        leaf("resource", storage.resource),
        tag("normalRrCurve", ramp),
        tag("emergencyRrCurve", ramp),
        tag("Details", *[leaf(name, value) for name, value in DETAILS.items()]),
        tag("SOC", levels),
        leaf("reason", storage.reason),
    )
