"""Which certificates may meet which requirement: certified for the tier, young enough, from a registry that counts."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from market_platform.certificates.compliance.obligations import Requirement
from market_platform.certificates.compliance.programmes import Programme
from market_platform.certificates.refusals import Refused


def eligible_classes(
    classes: pd.DataFrame, requirements: Sequence[Requirement], programmes: Mapping[str, Programme], on: date
) -> pd.DataFrame:
    """Return pairs of class and requirement that go together when retired ``on`` that day.

    ``classes``: class_id, registry, vintage (first of month), eligibility (``DC:Solar;DC:Tier I``). Returns class_id,
    requirement (position in the sequence), banked (vintage of an earlier period). A certificate of a carve-out also
    counts for the tier that holds it.
    """
    pairs = []
    for number, requirement in enumerate(requirements):
        programme = programmes[requirement.state]
        tiers = {f"{requirement.state}:{requirement.tier}"} | {
            f"{other.state}:{other.tier}"
            for other in requirements
            if other.state == requirement.state and other.within == requirement.tier
        }
        for row in classes.itertuples():
            if not tiers & set(row.eligibility.split(";")):
                continue
            if programme.registries and row.registry not in programme.registries:
                continue
            try:
                programme.check_vintage(requirement.tier, row.vintage, requirement.period, on)
            except Refused:
                continue
            pairs.append((row.class_id, number, row.vintage < requirement.period.start))
    return pd.DataFrame(pairs, columns=["class_id", "requirement", "banked"])
