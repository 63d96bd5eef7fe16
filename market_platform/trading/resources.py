"""Resources as a table: batteries, EV and DER fleets, renewable plants with storage, CHP; one row each, checked whole.

A resource with a store becomes a row of a dispatch ``Fleet``; what it may sell and how each ISO knows it stands beside.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from market_platform.trading.bids.tables import products
from market_platform.trading.dispatch import Fleet

KINDS = ("battery", "ev_fleet", "der_fleet", "solar_storage", "wind_storage", "chp")
STORING = ("battery", "ev_fleet", "der_fleet", "solar_storage", "wind_storage")
ISOS = ("CAISO", "PJM", "ERCOT", "NYISO")

# What each ISO calls the resource and who may bid it (facts, bidding-and-settlement §5).
IDENTIFIERS = {
    "CAISO": ("sc_id", "caiso_resource_id"),
    "PJM": ("pjm_member", "pjm_unit_id"),
    "ERCOT": ("qse", "ercot_resource"),
    "NYISO": ("nyiso_organisation", "ptid"),
}
TEXT = (
    "resource", "kind", "iso", "location", "products", *(name for names in IDENTIFIERS.values() for name in names)
)  # fmt: skip
DEFAULTS = {
    "charge_mw": 0.0,
    "discharge_mw": 0.0,
    "soc_min_mwh": 0.0,
    "soc_max_mwh": 0.0,
    "soc_start_mwh": 0.0,
    "charge_efficiency": 1.0,
    "discharge_efficiency": 1.0,
    "charge_cost_usd_per_mwh": 0.0,
    "discharge_cost_usd_per_mwh": 0.0,
    "cycles_per_day": np.inf,
    "generation_mw": 0.0,
    "interconnection_mw": np.inf,
    "chp_min_mw": 0.0,
    "chp_heat_rate_mmbtu_per_mwh": 0.0,
    "chp_heat_mwh_per_mwh": 0.0,
}


@dataclass(frozen=True)
class Resources:
    """Checked resources; ``table`` is indexed by resource name and has the columns TEXT and DEFAULTS.

    ``products`` is a semicolon-separated list of the products that the resource is qualified for, with ``:MW`` behind a
    product for less than its whole power (``energy;spin_10:0.3``). ``charge_mw`` and
    ``discharge_mw`` are at the grid, SOC is stored energy, ``generation_mw`` is the plant beside the store,
    ``interconnection_mw`` what both may inject together, ``chp_*`` the electric minimum load, fuel and heat per MWh.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, frame: pd.DataFrame) -> "Resources":
        """Fill defaults and check; raise ValueError that names the resource, the column and the rule."""
        unknown = sorted(set(frame.columns) - set(TEXT) - set(DEFAULTS))
        missing = sorted({"resource", "kind", "iso", "location"} - set(frame.columns))
        if unknown or missing:
            raise ValueError(f"resource table: unknown columns {unknown}, missing columns {missing}")
        table = frame.copy()
        for name in TEXT:
            table[name] = ["" if pd.isna(text) else str(text) for text in table[name]] if name in table else ""
        for name, value in DEFAULTS.items():
            table[name] = table[name].astype("float64").fillna(value) if name in table else value
        if table["resource"].duplicated().any():
            raise ValueError(f"resource {table.loc[table['resource'].duplicated(), 'resource'].iloc[0]!r} stands twice")
        _check(table)
        return cls(table.set_index("resource"))

    @classmethod
    def read(cls, path: Path) -> "Resources":
        """Read the table from a CSV file; identifiers stay text."""
        return cls.of(pd.read_csv(path, dtype=dict.fromkeys(TEXT, "str")))

    def storing(self) -> pd.DataFrame:
        """Return the resources that have a store."""
        return self.table[self.table["kind"].isin(STORING) & (self.table["soc_max_mwh"] > 0)]

    def fleet(self, names: list[str] | None = None) -> Fleet:
        """Return the dispatch fleet of the named resources (default: all with a store), in that order."""
        chosen = self.storing() if names is None else self.table.loc[names]
        without = chosen.index[chosen["soc_max_mwh"] <= 0].tolist()
        if without or chosen.empty:
            raise ValueError(
                f"no store to dispatch in {without or 'an empty choice'}: take resources with soc_max_mwh > 0"
            )
        columns = [name for name in DEFAULTS if name.startswith(("charge", "discharge", "soc"))]
        return Fleet.of(**{name: chosen[name].to_numpy() for name in columns})

    def qualified(self, product: str) -> pd.DataFrame:
        """Return the resources that may offer a product, by its key."""
        return self.table.loc[[name for name in self.table.index if product in self.qualification(str(name))]]

    def qualification(self, name: str) -> dict[str, float | None]:
        """Return the MW by product that a resource is qualified for, None for no limit but its power."""
        return qualification(str(self.table.loc[name, "products"]), str(self.table.loc[name, "iso"]))

    def identifiers(self, name: str) -> dict[str, str]:
        """Return the identifiers that the resource's ISO asks for."""
        row = self.table.loc[name]
        return {column: str(row[column]) for column in IDENTIFIERS[str(row["iso"])]}


def qualification(listed: str, iso: str) -> dict[str, float | None]:
    """Return the MW by product of a list such as ``energy;spin_10:0.3``; None for no limit of its own.

    Products go by their key in the products table or by the ISO's own code (``EN;RU``). Raises ValueError for a product
    that the ISO does not trade and for MW that are no number above zero.
    """
    found: dict[str, float | None] = {}
    for name, _, mw in (part.strip().partition(":") for part in listed.split(";") if part.strip()):
        meant = {
            each.product for each in products() if each.iso == iso.lower() and name in (each.product, each.wire_name)
        }
        if not meant:
            raise ValueError(f"{iso} trades no product {name!r}")
        limit = float(mw) if mw else None
        if limit is not None and not limit > 0:
            raise ValueError(f"product {name} is qualified for {mw} MW: more than zero is due")
        found |= dict.fromkeys(meant, limit)
    return found


def _knows_its_products(row: dict[str, object]) -> bool:
    try:
        qualification(str(row["products"]), str(row["iso"]))
    except ValueError:
        return False
    return True


def _check(table: pd.DataFrame) -> None:
    storing = table["kind"].isin(STORING)
    rules = {
        f"kind is one of {KINDS}": table["kind"].isin(KINDS),
        f"iso is one of {ISOS}": table["iso"].isin(ISOS),
        "location is given": table["location"] != "",
        "power and generation >= 0": (table[["charge_mw", "discharge_mw", "generation_mw"]] >= 0).all(axis=1),
        "0 <= soc_min <= soc_start <= soc_max": (table["soc_min_mwh"] >= 0)
        & (table["soc_min_mwh"] <= table["soc_start_mwh"])
        & (table["soc_start_mwh"] <= table["soc_max_mwh"]),
        "0 < efficiency <= 1": table[["charge_efficiency", "discharge_efficiency"]].gt(0).all(axis=1)
        & table[["charge_efficiency", "discharge_efficiency"]].le(1).all(axis=1),
        "throughput cost and cycles >= 0": table[
            ["charge_cost_usd_per_mwh", "discharge_cost_usd_per_mwh", "cycles_per_day"]
        ]
        .ge(0)
        .all(axis=1),
        "a store has discharge power": ~storing | (table["soc_max_mwh"] == 0) | (table["discharge_mw"] > 0),
        "a CHP has a heat rate and an electric range": (table["kind"] != "chp")
        | ((table["chp_heat_rate_mmbtu_per_mwh"] > 0) & (table["chp_min_mw"] <= table["generation_mw"])),
        "products are keys of the products table of its ISO, as in energy;spin_10:0.3": pd.Series(
            [_knows_its_products(row) for row in table.to_dict(orient="records")], index=table.index
        ),
        "its ISO's identifiers are given": pd.Series(
            [
                all(row[name] != "" for name in IDENTIFIERS.get(row["iso"], ()))
                for row in table.to_dict(orient="records")
            ],
            index=table.index,
        ),
    }
    for rule, holds in rules.items():
        if not holds.all():
            row = table.loc[~holds].iloc[0]
            raise ValueError(f"resource {row['resource']!r} ({row['kind']}, {row['iso']}) breaks '{rule}'")
