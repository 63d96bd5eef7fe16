"""Locational prices: energy, congestion and loss of each location, rounded as published, adding up to the cent."""

import numpy as np

from market_platform.sandbox.world.dispatch import Dispatch
from market_platform.sandbox.world.nodes import node_factors
from market_platform.sandbox.world.tables import MarketTables


def location_prices(market: MarketTables, result: Dispatch) -> dict[str, np.ndarray]:
    """Return unrounded energy, congestion and loss of the table's locations, shape (locations, times)."""
    weights = market.location_weights
    return _parts(
        result.energy_usd_per_mwh, weights @ result.congestion.zone_usd_per_mwh, weights @ zone_losses(market, result)
    )


def node_prices(market: MarketTables, result: Dispatch, count: int) -> dict[str, np.ndarray]:
    """Return unrounded energy, congestion and loss of ``count`` nodes, shape (nodes, times)."""
    zone, lost, pocket = node_factors(market, count)
    energy = result.energy_usd_per_mwh
    extra = lost[:, None] * energy * (market.key != "ercot")
    return _parts(
        energy,
        result.congestion.zone_usd_per_mwh[zone] * pocket[:, None],
        zone_losses(market, result)[zone] + extra,
    )


def zone_losses(market: MarketTables, result: Dispatch) -> np.ndarray:
    """Return the loss part of each zone: its factor, larger when the system is loaded, times the energy price."""
    load = result.power.load_mw.sum(axis=0) / market.peak_mw
    return market.zone_column("loss_factor")[:, None] * (0.55 + 0.75 * load) * result.energy_usd_per_mwh


def published(parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Round the parts to cents, then add them: LMP = energy + congestion + loss exactly."""
    cents = {name: np.round(values * 100.0) for name, values in parts.items()}
    total = np.sum(list(cents.values()), axis=0)
    return {"lmp_usd_per_mwh": total / 100.0, **{name: values / 100.0 + 0.0 for name, values in cents.items()}}


def _parts(energy: np.ndarray, congestion: np.ndarray, loss: np.ndarray) -> dict[str, np.ndarray]:
    return {
        "energy_usd_per_mwh": np.broadcast_to(energy, congestion.shape),
        "congestion_usd_per_mwh": congestion,
        "loss_usd_per_mwh": loss,
    }
