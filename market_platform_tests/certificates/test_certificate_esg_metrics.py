"""All figures of a reporting year from what was put in, by hand; what was not put in is not there."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from market_platform.certificates.compliance.duties import claim_of
from market_platform.certificates.desk import Desk
from market_platform.certificates.esg.claims import RETIRED, claims_of
from market_platform.certificates.esg.factors import LB_PER_METRIC_TON, Factor
from market_platform.certificates.esg.metrics import EsgInputs, Supplied, esg_report
from market_platform.certificates.esg.scope2 import Site
from market_platform.certificates.ledger.leaving import Retire
from market_platform_tests.certificates.certificate_world import World, parcel, part

GRID = Factor("RFCW", 1000.0, "CO2", 2023, "a table", "own")
HOURS = pd.DataFrame({
    "interval_start": pd.date_range("2025-07-01", periods=4, freq="h", tz="UTC"),
    "load_mwh": [10.0, 10.0, 10.0, 10.0], "clean_mwh": [0.0, 5.0, 20.0, 10.0],
})  # fmt: skip


def _figures(report):
    return report.metrics.set_index(["subject", "metric"])["value"].to_dict()


def test_every_figure_by_hand(reference):
    retired = pd.DataFrame([("office", "US", date(2025, 6, 1), 40.0, 0.0, "mrets W")], columns=RETIRED)
    residual = pd.DataFrame({
        "area": ["RFCW"], "generation_mwh": [100.0], "lb_per_mwh": [1000.0], "claimed_mwh": [20.0],
        "claimed_lb_per_mwh": [0.0], "source": ["tracking report"],
    })  # fmt: skip
    projects = pd.DataFrame({
        "project": ["ridge"], "avert_region": ["California"], "resource": ["onshore_wind"], "mwh": [10.0],
    })  # fmt: skip
    inputs = EsgInputs(
        "Alder", 2025, [Site("office", "US", 100.0, GRID)], retired, projects, residual, HOURS, "meter",
        [Supplied("recordable_incident_rate", 1.0, "per 200,000 hours", "safety log")],
    )  # fmt: skip
    report = esg_report(inputs, reference.avert)
    found = _figures(report)
    assert found["Alder", "location_based_metric_tons"] == pytest.approx(100_000 / LB_PER_METRIC_TON)
    # 60 MWh without certificates at the residual mix of 1,000 x 100 / 80 = 1,250 lb.
    assert found["RFCW", "residual_mix_lb_per_mwh"] == pytest.approx(1250.0)
    assert found["Alder", "market_based_metric_tons"] == pytest.approx(75_000 / LB_PER_METRIC_TON)
    assert found["Alder", "market_based_lb_per_mwh"] == pytest.approx(750.0)
    assert found["Alder", "renewable_share_percent"] == pytest.approx(40.0)
    assert found["ridge", "avoided_metric_tons"] == pytest.approx(10 * 946.454 / LB_PER_METRIC_TON)
    assert found["Alder", "hourly_match_percent"] == pytest.approx(62.5)
    assert found["Alder", "volumetric_match_percent"] == pytest.approx(87.5)
    # Four inputs of equal weight: 40, 62.5, 25 and 80 of 100.
    assert found["Alder", "overall_score"] == pytest.approx((40 + 62.5 + 25 + 80) / 4)
    assert (report.metrics[["unit", "method", "source"]] != "").all().all()
    assert ("Alder", "independent_directors_percent") not in found


def test_nothing_put_in_gives_nothing(reference):
    report = esg_report(EsgInputs("Alder", 2025), reference.avert)
    assert report.metrics.empty
    assert report.score is None


def test_claims_count_once_in_their_year_and_no_further_than_consumption(book, reference):
    world, at = World(book, "mrets"), datetime(2026, 2, 1, tzinfo=UTC)
    dated = {"generation_start": date(2025, 6, 1), "generation_end": date(2025, 6, 30)}
    lots = world.issue(
        parcel("W", 100, **dated), parcel("OLD", 10, generation_start=date(2024, 1, 1), generation_end=date(2024, 1, 31)),
        parcel("BIO", 10, fuel="biomass", **dated), parcel("MB", 5, location="MB", **dated),
    )  # fmt: skip
    claim = claim_of(Desk(book, reference, "Alder Energy"), "MN", "Most utilities", "2025")
    world.post(
        Retire((part(lots[0], 1, 60), *lots[1:]), world.alice, "BBO", "office"),
        Retire((part(lots[0], 61, 80),), world.alice, "RPS", "office", claim),
        Retire((part(lots[0], 81, 100),), world.alice, "BBO", "somebody else"),
        at=at,
    )  # fmt: skip
    with book.ledger.read() as connection:
        plenty = claims_of(connection, {"office": 1000.0}, 2025)
        little = claims_of(connection, {"office": 50.0}, 2025)
        none = claims_of(connection, {}, 2025)
    assert plenty.retired.groupby("market")["mwh"].sum().to_dict() == {"Canada": 5.0, "US": 60.0}
    assert [("2025" in line, "biomass" in line) for line in plenty.left_out] == [(True, False), (True, True)]
    assert little.retired["mwh"].sum() == 50.0
    assert any("consumed no more" in line for line in little.left_out)
    assert none.retired.empty
