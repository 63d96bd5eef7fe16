"""The ISO's own forecasts of load, wind and solar, corrected by their past error; one asset a market and quantity."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg
import numpy as np

from market_platform.defs.forecasting import reading
from market_platform.defs.forecasting.asset import forecast_asset
from market_platform.defs.forecasting.subjects import SUBJECTS, Correction
from market_platform.errors import Infeasible
from market_platform.markets.market_day import today
from market_platform.platform import Platform

if TYPE_CHECKING:
    from market_platform.defs.forecasting.issuing import Order

SEASONS_READ = 4


def correction_asset(correction: Correction) -> dg.AssetsDefinition:
    """Return the asset that issues tomorrow's corrected forecast."""
    return forecast_asset(
        correction.asset,
        lambda platform, moment: correction_order(platform, correction, moment),
        deps=[*correction.outcome.feeds, *correction.forecast.feeds],
        description=f"The ISO's own {correction.quantity.replace('_', ' ')} forecast for tomorrow, corrected by the pool's "
        "forecast of its error, with quantiles. With fewer than 35 days of errors it stands as the ISO issued it; where the "
        "ISO has not issued yet, the outcome is forecast from its past alone.",
    )


def correction_order(platform: Platform, correction: Correction, moment: datetime) -> "Order":
    """Return the order for tomorrow, from what was known at ``moment``."""
    from market_platform.defs.forecasting.issuing import Order
    from market_platform.forecasting.issue import Request, panel_from_frames
    from market_platform.forecasting.series import OWN

    zone = correction.zone
    day = today(moment, zone) + timedelta(days=1)
    outcomes = reading.by_location(reading.outcomes(platform, correction.outcome, moment))
    said = reading.by_location(reading.issued_ahead(platform, correction.forecast, moment, day, zone))
    panels, refused, notes = {}, {}, {}
    for location, past in outcomes.items():
        calendar = SUBJECTS[correction.market].calendar
        request = Request(location, correction.quantity, day, zone, moment, calendar)
        try:
            panel = panel_from_frames(request, past, {OWN: said[location]} if location in said else {})
        except Infeasible as refusal:
            refused[location] = str(refusal)
            continue
        if OWN not in panel.known_ahead or np.isnan(panel.known_ahead[OWN][-1]).any():
            notes[location] = (
                f"the ISO's forecast for {day} is not out whole: nothing to correct, the season is repeated"
            )
            panel = replace(panel, known_ahead={}).rows(slice(-SEASONS_READ * panel.season_rows, None))
        panels[location] = panel
    return Order(
        correction.asset, correction.market, correction.quantity, "mw", day, zone, moment, panels, refused, notes,
        lowest=0.0,
    )  # fmt: skip
