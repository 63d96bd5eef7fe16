"""The table families, one contract each, whatever the market.

A family says what its rows mean; which publisher fills it is said by the feeds. A location, product or fuel is
given in the platform's vocabulary, and the publisher's own name is kept beside it wherever they differ.
"""

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import (
    auctions,
    bids,
    certificates,
    conditions,
    disclosures,
    drivers,
    forecasts,
    fundamentals,
    grid,
    operations,
    power,
    prices,
    reserves,
    settlement,
    trading,
)

CONTRACTS: dict[str, Contract] = {
    contract.name: contract
    for module in (
        prices,
        power,
        grid,
        auctions,
        reserves,
        bids,
        conditions,
        disclosures,
        operations,
        fundamentals,
        drivers,
        forecasts,
        settlement,
        trading,
        certificates,
    )
    for contract in vars(module).values()
    if isinstance(contract, Contract)
}
