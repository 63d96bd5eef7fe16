"""The parts of the brief, in the order of the page."""

from collections.abc import Callable
from datetime import date

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Part
from market_platform.reporting.brief.parts import fuels, positions, power, system
from market_platform.reporting.brief.parts.health import health

PartMaker = Callable[[Frames, date], Part]

PARTS: tuple[PartMaker, ...] = (
    power.prices,
    power.day_ahead_against_real_time,
    power.spreads,
    system.forecast,
    system.load,
    system.renewables,
    system.congestion,
    fuels.storage,
    fuels.curve,
    fuels.basis,
    fuels.spark,
    fuels.carbon,
    positions.certificates,
    positions.bids,
    positions.awards,
    positions.profit_and_loss,
    positions.settlement,
    health,
)
