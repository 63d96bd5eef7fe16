"""From issue to filing for a District supplier: assigned at least cost, retired, filed as CSV, HTML and PDF."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from lxml import html

from market_platform.certificates.compliance.filing import make_filing, retired_for
from market_platform.certificates.compliance.obligations import requirements
from market_platform.certificates.compliance.plan import plan_retirements
from market_platform.certificates.compliance.targets import target_schedule
from market_platform.certificates.ledger.changing_hands import Rearrange
from market_platform.certificates.ledger.leaving import Unretire
from market_platform.certificates.reports.filing_files import filing_csv, filing_figure, filing_html, filing_pdf
from market_platform.errors import Infeasible
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, World, parcel

AT = datetime(2026, 2, 10, tzinfo=UTC)


def _due(reference):
    schedule = target_schedule(reference.targets, reference.overrides)
    return requirements(schedule, reference.payments, reference.programmes["DC"], "2025", Decimal(1000))


def _retired(world, due, reference):
    with world.book.ledger.read() as connection:
        plan = plan_retirements(
            connection, "Alder Energy", due, reference.programmes, AT.date(), "customers of Alder", "mandatory"
        )
    world.post(*plan.operations, at=AT)
    return plan


@pytest.fixture
def dated(reference):
    """Vintages of January 2026 lie after 2025, so the supplier's certificates are of 2025."""
    return {"generation_start": date(2025, 6, 1), "generation_end": date(2025, 6, 30)}


def test_from_holdings_to_a_filing(book, reference, dated):
    world = World(book, "pjm_gats")
    both = (("DC", "Solar"), ("DC", "Tier I"))
    world.issue(
        parcel("SUN", 30, fuel="solar", location="DC", eligibility=both, **dated),
        parcel("WIND", 400, location="PA", eligibility=(("DC", "Tier I"), ("PA", "Tier I")), **dated),
        cost="3.00", at=AT,
    )  # fmt: skip
    world.issue(
        parcel("OLD", 50, generation_start=date(2021, 5, 1), generation_end=date(2021, 5, 31),
               eligibility=(("DC", "Tier I"),)), cost="1.00", at=AT,
    )  # fmt: skip
    due = _due(reference)
    plan = _retired(world, due, reference)
    assert plan.assignment.summary.set_index("tier")["shortfall"].to_dict() == {"Tier I": 77, "Tier II": 0, "Solar": 13}
    assert plan.assignment.cost_usd == 430 * Decimal(3) + 77 * Decimal(50) + 13 * Decimal(460)
    with book.ledger.read() as connection:
        retired = retired_for(connection, "Alder Energy", "DC", due[0].period)
    filing = make_filing(reference.programmes["DC"], due, retired, "Alder Energy", Decimal(1000), AT.date())
    assert filing.payment_usd == 77 * Decimal(50) + 13 * Decimal(460)
    assert retired.groupby("tier")["quantity"].sum().to_dict() == {"Solar": 30, "Tier I": 400}
    assert dict(filing.duties) == {"pay_from": date(2026, 10, 1), "pay_by": date(2026, 11, 1)}
    _files_say_the_same(filing)


def _files_say_the_same(filing):
    rows = list(csv.reader(io.StringIO(filing_csv(filing).decode())))
    assert ["Payment USD", "9830.00"] in rows
    assert next(row for row in rows if row[:1] == ["Solar"])[3:8] == ["43", "30", "0", "not held", "13"]
    page = html.fromstring(filing_html(filing))
    assert page.xpath("//table[caption='Obligation by tier']//td[.='5980']")
    assert not page.xpath("//script|//link|//img")
    pdf = filing_pdf(filing)
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") >= 2
    assert filing_pdf(filing) == pdf, "the same filing is the same bytes"
    assert filing_figure(filing).axes[0].get_legend() is not None


def test_an_undone_retirement_counts_no_more(book, reference, dated):
    world = World(book, "pjm_gats")
    (lot,) = world.issue(parcel("WIND", 400, eligibility=(("DC", "Tier I"),), **dated), at=AT)
    due = _due(reference)
    _retired(world, due, reference)
    world.post(Unretire((lot,), world.alice, "wrong state"), actor=ADMINISTRATOR, at=AT)
    with book.ledger.read() as connection:
        assert retired_for(connection, "Alder Energy", "DC", due[0].period).empty
        plan = plan_retirements(connection, "Alder Energy", due, reference.programmes, AT.date(), "x", "y")
    assert plan.assignment.summary["assigned"].sum() == 400


def test_a_solar_credit_counts_for_the_tier_around_its_carve_out(book, reference, dated):
    world = World(book, "pjm_gats")
    world.issue(parcel("SUN", 100, fuel="solar", eligibility=(("DC", "Solar"),), **dated), at=AT)
    plan = _retired(world, _due(reference), reference)
    assert plan.assignment.summary.set_index("tier")["assigned"].to_dict() == {"Tier I": 57, "Tier II": 0, "Solar": 43}


def test_a_filing_counts_banked_vintages_up_to_the_cap_only(book, reference):
    world = World(book, "nepool_gis")
    book.declare_window("nepool_gis", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), "notice")
    old = {"generation_start": date(2024, 6, 1), "generation_end": date(2024, 6, 30)}
    (lot,) = world.issue(parcel("OLD", 200, eligibility=(("MA", "Class I"),), **old), cost="1.00", at=AT)
    world.post(Rearrange((lot,), world.alice, "banked"), at=AT)
    schedule = target_schedule(reference.targets, reference.overrides)
    due = requirements(
        schedule, reference.payments, reference.programmes["MA"], "2025", Decimal(1000), tiers=frozenset({"Class I"})
    )
    with book.ledger.read() as connection:
        plan = plan_retirements(connection, "Alder Energy", due, reference.programmes, AT.date(), "x", "y")
    assert due[0].bank_cap == 81
    world.post(*plan.operations, at=AT)
    with book.ledger.read() as connection:
        retired = retired_for(connection, "Alder Energy", "MA", due[0].period)
    filing = make_filing(reference.programmes["MA"], due, retired, "Alder Energy", Decimal(1000), AT.date())
    assert filing.tiers[["certificates_due", "retired", "of_earlier_vintages", "shortfall"]].values.tolist() == [
        [270, 81, 81, 189]
    ]
    assert filing.payment_usd is None, "no verified payment is held for Massachusetts in 2025"
    assert b"not held" in filing_csv(filing)
    with pytest.raises(Infeasible, match="Class II"):
        make_filing(
            reference.programmes["MA"], due, retired.assign(tier="Class II"), "Alder Energy", Decimal(1000), AT.date()
        )
