"""The resource table: what is missing or cannot be is named; stores become a fleet."""

import numpy as np
import pandas as pd
import pytest

from market_platform.trading.resources import Resources

ROWS = [
    {"resource": "Mesa", "kind": "battery", "iso": "CAISO", "location": "WALNUT_6_N001", "products": "EN;RU;RD;SR",
     "sc_id": "SC01", "caiso_resource_id": "MESA_1_BESS", "charge_mw": 10, "discharge_mw": 10, "soc_max_mwh": 40,
     "soc_min_mwh": 2, "soc_start_mwh": 20, "charge_efficiency": 0.92, "discharge_efficiency": 0.95,
     "discharge_cost_usd_per_mwh": 4, "cycles_per_day": 1.5},
    {"resource": "Depot", "kind": "ev_fleet", "iso": "NYISO", "location": "N.Y.C.", "products": "energy", "ptid": "061234",
     "nyiso_organisation": "ORG", "charge_mw": 2, "discharge_mw": 1, "soc_max_mwh": 6},
    {"resource": "Sunfield", "kind": "solar_storage", "iso": "ERCOT", "location": "HB_WEST", "qse": "QSE1",
     "ercot_resource": "SUN_ESR1", "charge_mw": 5, "discharge_mw": 5, "soc_max_mwh": 10, "generation_mw": 20,
     "interconnection_mw": 20},
    {"resource": "Works", "kind": "chp", "iso": "PJM", "location": "COMED", "pjm_member": "M1", "pjm_unit_id": "77",
     "generation_mw": 6, "chp_min_mw": 3, "chp_heat_rate_mmbtu_per_mwh": 9.5, "chp_heat_mwh_per_mwh": 1.1},
]  # fmt: skip


def test_stores_become_a_fleet_and_identifiers_stay_text(tmp_path):
    path = tmp_path / "resources.csv"
    pd.DataFrame(ROWS).to_csv(path, index=False)
    resources = Resources.read(path)
    fleet = resources.fleet()
    assert len(fleet) == 3
    np.testing.assert_array_equal(fleet.column("discharge_mw"), [10, 1, 5])
    np.testing.assert_array_equal(fleet.column("soc_start_mwh"), [20, 0, 0])
    assert resources.identifiers("Depot") == {"nyiso_organisation": "ORG", "ptid": "061234"}
    assert resources.qualified("regulation_up").index.tolist() == ["Mesa"]
    assert resources.qualification("Depot") == {"energy": None}
    assert resources.table.loc["Depot", "cycles_per_day"] == np.inf


@pytest.mark.parametrize(
    ("row", "change", "message"),
    [
        (0, {"soc_start_mwh": 41}, "'Mesa'.*soc_start"),
        (0, {"kind": "dam"}, "kind is one of"),
        (0, {"sc_id": None}, "identifiers"),
        (1, {"charge_efficiency": 1.2}, "efficiency"),
        (2, {"discharge_mw": 0}, "discharge power"),
        (3, {"chp_min_mw": 9}, "CHP"),
        (1, {"resource": "Mesa"}, "stands twice"),
        (1, {"colour": "blue"}, "unknown columns"),
    ],
)
def test_a_resource_that_cannot_be_is_named(row, change, message):
    rows = [dict(one) for one in ROWS]
    rows[row] |= change
    with pytest.raises(ValueError, match=message):
        Resources.of(pd.DataFrame(rows))


def test_a_choice_without_store_cannot_be_dispatched():
    with pytest.raises(ValueError, match="Works"):
        Resources.of(pd.DataFrame(ROWS)).fleet(["Mesa", "Works"])
