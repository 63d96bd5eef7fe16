"""What a supplier owes and how it stands: worked by hand, planned, carried out, planned again."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from market_platform.certificates.compliance.duties import (
    calendar,
    carry_out,
    filing,
    obligation,
    obligation_rows,
    standing,
)
from market_platform.certificates.compliance.load import Load, whole_periods
from market_platform.certificates.desk import Desk
from market_platform.certificates.reports.filing_files import filing_csv, filing_html, filing_pdf
from market_platform.errors import Infeasible
from market_platform_tests.certificates.certificate_world import ALICE, World, parcel

AT = datetime(2026, 2, 10, tzinfo=UTC)
MADE = {"generation_start": date(2025, 6, 1), "generation_end": date(2025, 6, 30)}
DC, MD = Load("Alder Energy", "DC", "2025", Decimal(1000)), Load("Alder Energy", "MD", "2025", Decimal(1000))


@pytest.fixture
def desk(book, reference) -> Desk:
    world = World(book, "pjm_gats")
    world.issue(
        parcel("SUN", 60, fuel="solar", eligibility=(("DC", "Solar"), ("MD", "Solar")), **MADE),
        parcel("WIND", 500, eligibility=(("DC", "Tier I"), ("MD", "Tier 1")), **MADE),
        cost="5.00", at=AT,
    )  # fmt: skip
    return Desk(book, reference, "Alder Energy")


def test_obligations_of_several_states_by_hand(desk):
    rows, refused = obligation_rows(desk, [DC, MD])
    due = rows.set_index(["state", "tier"])["certificates_due"].to_dict()
    # DC 2025: 52 % with 4.3 % solar inside; MD 2025: 35.5 % with 7 % solar inside, 2.5 % Tier 2.
    assert due == {
        ("DC", "Tier I"): 477, ("DC", "Tier II"): 0, ("DC", "Solar"): 43,
        ("MD", "Tier 1"): 285, ("MD", "Solar"): 70, ("MD", "Tier 2"): 25,
    }  # fmt: skip
    most = rows.set_index(["state", "tier"])["most_payment_usd"]
    assert most["DC", "Solar"] == 43 * Decimal(460)
    assert most["MD", "Tier 2"] is None
    assert refused == {}


def test_a_load_charge_and_a_sum_of_years_are_rows_of_their_own(desk):
    loads = [
        Load("Alder Energy", "NY", "2025", Decimal(1000)), Load("Alder Energy", "CT", "2025", Decimal(1000)),
        *(Load("Alder Energy", "CA", str(year), Decimal(1000), Decimal(100)) for year in (2014, 2015, 2016)),
    ]  # fmt: skip
    rows, refused = obligation_rows(desk, loads)
    by_state = rows.set_index("state")
    assert by_state.loc["NY", "most_payment_usd"] == Decimal("1538.10")
    assert by_state.loc["NY", "certificates_due"] == 0
    # 20 CCR 3204: 20 % of 2014 and 2015, 25 % of 2016, of 900 MWh each.
    assert (by_state.loc["CA", "certificates_due"], by_state.loc["CA", "period"]) == (585, "2014-2016")
    # Connecticut's Class I has no sourced step between 2020 and 2030: two classes alone would be part of an answer.
    assert list(refused) == [("CT", "2025")]
    assert "no sourced step of Class I" in refused["CT", "2025"]
    part, _ = obligation_rows(desk, [Load("Alder Energy", "CT", "2025", Decimal(1000), tiers=frozenset({"Class II"}))])
    assert list(part["tier"]) == ["Class II"]


def test_californias_period_is_one_filing(book, reference):
    """2017-2020 at 27, 29, 31 and 33 % (20 CCR 3204): 270 + 290 + 310 + 330 = 1,200 of 1,000 MWh a year."""
    world = World(book, "wregis")
    made = {"generation_start": date(2018, 6, 1), "generation_end": date(2018, 6, 30)}
    world.issue(parcel("W1", 700, eligibility=(("CA", "RPS"),), **made), cost="9.00", at=AT)
    desk = Desk(book, reference, "Alder Energy")
    loads = [Load("Alder Energy", "CA", str(year), Decimal(1000)) for year in range(2017, 2021)]
    (whole,) = whole_periods(reference.programmes, loads)
    assert (whole.period, whole.load_mwh) == ("2017-2020", 4000)
    assert whole_periods(reference.programmes, [whole]) == [whole]
    rows, _ = obligation_rows(desk, loads)
    assert rows[["period", "certificates_due", "percent"]].values.tolist() == [["2017-2020", 1200, Decimal("30.0000")]]
    stand = standing(desk, "Alder Energy", [whole], AT.date())
    assert stand.rows[["planned", "shortfall_after_plan"]].values.tolist() == [[700, 500]]
    assert carry_out(desk, stand.plan, ALICE, AT, "test")
    report = filing(desk, whole, AT.date())
    assert report.tiers[["certificates_due", "retired", "shortfall"]].values.tolist() == [[1200, 700, 500]]
    assert report.payment_usd is None  # no payment per missing certificate is held for California
    assert b"Sales that oblige in 2018,1000 MWh" in filing_csv(report)
    # Three of four years are no period: what they oblige to so far is shown, nothing can be filed.
    rows, _ = obligation_rows(desk, loads[:3])
    assert rows[["period", "certificates_due"]].values.tolist() == [["2017-2019", 870]]
    assert "part of 2017-2020" in rows["load_basis"].iloc[0]
    assert whole_periods(reference.programmes, loads[:3]) == loads[:3]
    # Years of two periods are two obligations.
    rows, _ = obligation_rows(desk, [*loads, Load("Alder Energy", "CA", "2016", Decimal(1000))])
    assert sorted(rows["certificates_due"]) == [250, 1200]


def test_new_yorks_charge_on_load_has_a_filing(desk):
    report = filing(desk, Load("Alder Energy", "NY", "2025", Decimal(180_000)), AT.date())
    assert report.payment_usd == Decimal("276858.00")  # 180,000 MWh x 1.5381
    assert dict(report.duties)["retire_by"] == date(2026, 6, 30)
    page = filing_html(report).decode()
    assert "1.5381 USD per MWh of load" in page
    assert filing_pdf(report).startswith(b"%PDF-")
    with pytest.raises(Infeasible):
        filing(desk, Load("Alder Energy", "NY", "2024", Decimal(1)), AT.date())


def test_an_unknown_state_is_refused_with_those_there_are(desk):
    with pytest.raises(Infeasible, match="there are AZ, CA"):
        obligation(desk, Load("Alder Energy", "XX", "2025", Decimal(1)))


def test_the_plan_covers_all_states_at_once_and_nothing_is_planned_twice(desk):
    before = standing(desk, "Alder Energy", [DC, MD], AT.date())
    planned = before.rows.set_index(["state", "tier"])
    # A missing DC solar credit costs 460, a Maryland one an unknown payment, which is covered before anything else.
    assert planned.loc[("MD", "Solar"), "planned"] == 60
    assert planned["planned"].sum() == 560
    assert planned.loc[("DC", "Solar"), "payment_after_plan_usd"] == 43 * Decimal(460)
    done = carry_out(desk, before.plan, ALICE, AT, "test")
    assert len(done) == len(before.plan.operations) > 0
    after = standing(desk, "Alder Energy", [DC, MD], AT.date())
    assert after.rows["planned"].sum() == 0
    assert after.rows["retired"].sum() == 560
    assert list(after.rows["shortfall"]) == list(before.rows["shortfall_after_plan"])
    assert carry_out(desk, after.plan, ALICE, AT, "test") == []
    report = filing(desk, DC, AT.date())
    assert report.certificates["quantity"].sum() == before.rows.loc[before.rows["state"] == "DC", "planned"].sum()


def test_market_prices_change_the_plan_where_a_payment_is_cheaper(desk):
    with desk.book.ledger.read() as connection:
        from market_platform.certificates.compliance.plan import usable_lots

        classes = usable_lots(connection, "Alder Energy").drop_duplicates("class_id")["class_id"]
    dear = dict.fromkeys(classes, Decimal("51.00"))
    plan = standing(desk, "Alder Energy", [DC], AT.date(), dear).rows.set_index("tier")
    # At 51 dollars the DC Tier I fee of 50 is cheaper than the certificate, the solar fee of 460 is not.
    assert plan["planned"].to_dict() == {"Tier I": 0, "Tier II": 0, "Solar": 43}


def test_a_retirement_bears_the_reason_that_its_registry_asks_for(book, reference):
    world = World(book, "mrets")
    world.issue(parcel("W", 300, **MADE), at=AT)
    desk = Desk(book, reference, "Alder Energy")
    plan = standing(desk, "Alder Energy", [Load("Alder Energy", "MN", "2025", Decimal(1000))], AT.date()).plan
    assert {operation.reason for operation in plan.operations} == {"RPS"}
    assert carry_out(desk, plan, ALICE, AT, "test")


def test_the_calendar_of_some_states(desk):
    rows = calendar(desk, ["DC", "MA"])
    assert set(rows["state"]) == {"DC", "MA"}
    assert list(rows["due"]) == sorted(rows["due"])
    assert rows.loc[(rows["state"] == "DC") & (rows["period"] == "2025"), "due"].max() == date(2026, 11, 1)
