"""Reference rows of the certificate engines, read from CSV bytes; each row carries a source and a status.

Only ``verified`` and ``secondary`` rows are taken. Own rows (status ``own``) may be appended to the frames by the user.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from market_platform.certificates.compliance.programmes import Programme, programmes_from
from market_platform.certificates.registries.registry import Registry, registries_from
from market_platform.errors import SchemaChanged

FILES = {
    "registry_rules.csv": ("registry", "item", "value", "text", "source", "status"),
    "rps_rules.csv": ("state", "item", "value", "text", "source", "status"),
    "rps_targets.csv": (
        "state", "tier", "within", "use", "period", "period_start", "period_end", "percent", "source", "status", "note",
    ),
    "rps_target_overrides.csv": (
        "state", "tier", "period_start", "period_end", "percent", "decided_on", "source", "status", "note",
    ),
    "rps_acp.csv": (
        "state", "tier", "period_start", "period_end", "usd_per_mwh", "unit", "rule", "source", "status", "note",
    ),
    "egrid_co2.csv": (
        "area", "area_type", "name", "data_year", "pollutant", "lb_per_mwh", "source", "status", "note",
    ),
    "avert_co2.csv": ("avert_region", "data_year", "resource", "pollutant", "lb_per_mwh", "source", "status"),
    "iso_to_egrid_subregion.csv": ("iso", "zone_scope", "subregion", "source", "status", "note"),
}  # fmt: skip
STATUSES = frozenset({"verified", "secondary", "own"})


@dataclass(frozen=True)
class Reference:
    """All rules and factors that the certificate engines need. Frames hold text exactly as in the files.

    ``registry_rules`` and ``programme_rules`` are the rows behind registries and programmes, each with its source.
    """

    registries: dict[str, Registry]
    programmes: dict[str, Programme]
    targets: pd.DataFrame
    overrides: pd.DataFrame
    payments: pd.DataFrame
    egrid: pd.DataFrame
    avert: pd.DataFrame
    iso_to_subregion: pd.DataFrame
    registry_rules: pd.DataFrame
    programme_rules: pd.DataFrame


def reference_from(files: Mapping[str, bytes]) -> Reference:
    """Read the files named in ``FILES`` (name to bytes). Raises SchemaChanged naming file and column or row."""
    frames = {name: _rows(name, files) for name in FILES}
    return Reference(
        registries=registries_from(frames["registry_rules.csv"]),
        programmes=programmes_from(frames["rps_rules.csv"]),
        targets=frames["rps_targets.csv"],
        overrides=frames["rps_target_overrides.csv"],
        payments=frames["rps_acp.csv"],
        egrid=frames["egrid_co2.csv"],
        avert=frames["avert_co2.csv"],
        iso_to_subregion=frames["iso_to_egrid_subregion.csv"],
        registry_rules=frames["registry_rules.csv"],
        programme_rules=frames["rps_rules.csv"],
    )


def _rows(name: str, files: Mapping[str, bytes]) -> pd.DataFrame:
    if name not in files:
        msg = f"reference file {name} is missing: restore it under data/reference/certificates"
        raise SchemaChanged(msg)
    rows = pd.read_csv(io.BytesIO(files[name]), dtype=str, keep_default_na=False)
    if tuple(rows.columns) != FILES[name]:
        msg = f"{name} has columns {list(rows.columns)}, expected {list(FILES[name])}"
        raise SchemaChanged(msg)
    bad = rows.index[~rows["status"].isin(STATUSES) | (rows["source"] == "")]
    if len(bad):
        msg = f"{name} line {bad[0] + 2}: a row needs a source and a status of {sorted(STATUSES)}"
        raise SchemaChanged(msg)
    return rows
