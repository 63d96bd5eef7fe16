"""Markets side by side, hour by hour: spreads, premiums, correlation, volatility, negative hours, top-bottom spreads.

Every function takes ``prices``: one row an hour and location, with ``market``, ``location``, ``interval_start`` (UTC),
``day_ahead_usd_per_mwh``, ``real_time_usd_per_mwh``, ``congestion_usd_per_mwh`` (day-ahead) and ``market_day``; the last four
columns may hold blanks. Hours are aligned in UTC; days are the market's own.
"""

import numpy as np
import pandas as pd

from market_platform.markets.nerc_calendar import on_peak

DAY_AHEAD = "day_ahead_usd_per_mwh"
REAL_TIME = "real_time_usd_per_mwh"


def aligned(prices: pd.DataFrame, value: str = DAY_AHEAD) -> pd.DataFrame:
    """Return hours (UTC) by ``market location``; an hour that one market lacks is blank there."""
    named = prices.assign(series=prices["market"] + " " + prices["location"])
    return named.pivot_table(index="interval_start", columns="series", values=value, aggfunc="mean").sort_index()


def spread_matrix(prices: pd.DataFrame, value: str = DAY_AHEAD) -> pd.DataFrame:
    """Return the mean of row less column, over the hours that both have, in USD/MWh."""
    wide = aligned(prices, value)
    names = list(wide.columns)
    cells = wide.to_numpy()
    differences = [
        [np.nanmean(cells[:, row] - cells[:, column]) for column in range(len(names))] for row in range(len(names))
    ]
    return pd.DataFrame(differences, index=pd.Index(names, name="series"), columns=names)


def correlation(prices: pd.DataFrame, value: str = DAY_AHEAD) -> pd.DataFrame:
    """Return the correlation of hourly prices over the hours that both have."""
    return aligned(prices, value).corr()


def location_summary(prices: pd.DataFrame) -> pd.DataFrame:
    """Return one row a location: mean, on-peak and off-peak mean, premium, volatility, negative hours, congestion share.

    ``premium_usd_per_mwh`` is day-ahead less real-time over the hours that have both; ``volatility_usd_per_mwh`` the standard
    deviation of hour-to-hour changes; ``congestion_share`` the part that congestion has in the sum of absolute parts.
    """
    rows = []
    for (market, location), mine in prices.sort_values("interval_start").groupby(["market", "location"]):
        peak = on_peak(market, pd.DatetimeIndex(mine["interval_start"]))
        day_ahead, real_time = mine[DAY_AHEAD], mine[REAL_TIME]
        congestion = mine["congestion_usd_per_mwh"].abs()
        rest = (day_ahead - mine["congestion_usd_per_mwh"]).abs()
        both = congestion.notna() & rest.notna()
        weight = float((congestion + rest)[both].sum())
        rows.append(
            {
                "market": market,
                "location": location,
                "hours": int(day_ahead.notna().sum()),
                "mean_usd_per_mwh": day_ahead.mean(),
                "on_peak_usd_per_mwh": day_ahead[peak].mean(),
                "off_peak_usd_per_mwh": day_ahead[~peak].mean(),
                "premium_usd_per_mwh": (day_ahead - real_time).mean(),
                "volatility_usd_per_mwh": day_ahead.diff().std(),
                "negative_hours": int((day_ahead < 0).sum()),
                "real_time_negative_hours": int((real_time < 0).sum()),
                "congestion_share": float(congestion[both].sum()) / weight if weight else np.nan,
            }
        )
    return pd.DataFrame(rows)


def top_bottom_spreads(prices: pd.DataFrame, hours: int, value: str = DAY_AHEAD) -> pd.DataFrame:
    """Return TB``hours`` by location and market day: the mean of the dearest hours less that of the cheapest ones.

    A day with fewer than twice as many priced hours has none.
    """
    rows = []
    for (market, location, day), mine in prices.groupby(["market", "location", "market_day"]):
        ranked = np.sort(mine[value].dropna().to_numpy())
        if len(ranked) >= 2 * hours:
            spread = float(ranked[-hours:].mean() - ranked[:hours].mean())
            rows.append({"market": market, "location": location, "market_day": day, "spread_usd_per_mwh": spread})
    return pd.DataFrame(rows, columns=["market", "location", "market_day", "spread_usd_per_mwh"])
