"""Avoided emissions of a project: its generation times the marginal rate of its AVERT region. Not a Scope 2 figure."""

import pandas as pd

from market_platform.certificates.esg.factors import marginal, metric_tons


def avoided_emissions(generation: pd.DataFrame, avert: pd.DataFrame) -> pd.DataFrame:
    """Return ``generation`` (avert_region, resource, mwh) with lb_per_mwh, avoided_metric_tons, pollutant, source.

    Raises Infeasible for a region and resource without a rate (no offshore wind inland).
    """
    factors = [marginal(avert, row.avert_region, row.resource) for row in generation.itertuples()]
    return generation.assign(
        lb_per_mwh=[factor.lb_per_mwh for factor in factors],
        avoided_metric_tons=[
            metric_tons(mwh, factor.lb_per_mwh) for mwh, factor in zip(generation["mwh"], factors, strict=True)
        ],
        pollutant=[factor.pollutant for factor in factors],
        source=[factor.source for factor in factors],
    )
