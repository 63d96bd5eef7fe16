"""Working gas against the five years before, the balance that a change implies, and weather behind it."""

import numpy as np
import pandas as pd

YEARS = 5
WEEKS_PER_YEAR = 52
DAYS_PER_WEEK = 7


def against_five_years(stock_bcf: pd.Series) -> pd.DataFrame:
    """Return stock, five-year mean, low, high, surplus and its part of the mean, by week.

    ``stock_bcf`` is by week ending (Fridays without gaps). The band of a week is that of the weeks 364, 728, ... days
    before it, so that Friday meets Friday; EIA's own mean is interpolated to the calendar day and may differ by a few
    Bcf. Weeks without all five years are blank.
    """
    stock = stock_bcf.sort_index()
    years = pd.concat([stock.shift(WEEKS_PER_YEAR * year) for year in range(1, YEARS + 1)], axis=1)
    mean = years.mean(axis=1, skipna=False)
    return pd.DataFrame(
        {
            "stock_bcf": stock,
            "five_year_mean_bcf": mean,
            "five_year_low_bcf": years.min(axis=1, skipna=False),
            "five_year_high_bcf": years.max(axis=1, skipna=False),
            "surplus_bcf": stock - mean,
            "surplus": stock / mean - 1.0,
        }
    )


def region_gaps(stocks_bcf: pd.DataFrame, regions: list[str], total: str) -> pd.Series:
    """Return the sum of the regions less the total by week: 1 or 2 Bcf are rounding, reported and not repaired."""
    return stocks_bcf[regions].sum(axis=1, skipna=False) - stocks_bcf[total]


def balance_bcf_per_day(stock_bcf: pd.Series) -> pd.Series:
    """Return supply less demand that each week's change implies, in Bcf a day; positive is an injection."""
    return stock_bcf.sort_index().diff() / DAYS_PER_WEEK


def weather_correlation(degree_days: pd.Series, other: pd.Series) -> float:
    """Return the correlation of degree days with price, storage change or load over what they have in common."""
    both = pd.concat([degree_days, other], axis=1, join="inner").dropna()
    return float(np.corrcoef(both.to_numpy().T)[0, 1])
