"""Targets against the enacted laws, worked obligations, shelf lives, deadlines."""

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from lxml import etree

from market_platform.certificates.compliance.deadlines import deadlines, expiring, reminders
from market_platform.certificates.compliance.obligations import (
    alternative_payment_usd,
    load_share_payment_usd,
    period_sum,
    requirements,
)
from market_platform.certificates.compliance.programmes import Period
from market_platform.certificates.compliance.targets import period_of, states_covered, target_schedule
from market_platform.certificates.reference import reference_from
from market_platform.certificates.refusals import ExpiredVintage, NotAllowed
from market_platform.errors import Infeasible, SchemaChanged

TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty")
ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.fixture(scope="module")
def schedule(reference):
    return target_schedule(reference.targets, reference.overrides)


def _paragraphs(recordings, law):
    tree = etree.parse(recordings / "rps" / "dc_laws" / f"{law}.xml")
    return [" ".join("".join(element.itertext()).split()) for element in tree.iter("{*}text")]


def test_dc_percentages_are_those_of_the_two_laws(recordings, schedule):
    first, second = _paragraphs(recordings, "22-257"), _paragraphs(recordings, "24-314")
    step = re.compile(
        r"In (\d{4})(?: and thereafter)?, not less than ([\d.]+)% from tier one renewable sources, "
        r"([\d.]+)% from tier two renewable sources, and not less than ([\d.]+)% from solar energy"
    )
    enacted = {int(m[1]): [Decimal(m[2]), Decimal(m[3]), Decimal(m[4])] for text in first if (m := step.match(text))}
    assert sorted(enacted) == list(range(2019, 2042))
    change = re.compile(
        r"Paragraph \((\d+)\) is amended by striking the phrase \"([\d.]+)% from solar energy\" .*\"([\d.]+)%"
    )
    changes = {int(m[1]): (Decimal(m[2]), Decimal(m[3])) for text in second if (m := change.match(text))}
    # Paragraph (13) is the step of 2023: both laws put it at 2.85 percent before the change, and so on upwards.
    for paragraph, (struck, inserted) in changes.items():
        assert enacted[paragraph + 2010][2] == struck
        enacted[paragraph + 2010][2] = inserted
    assert len(changes) == 19
    held = schedule[schedule["state"] == "DC"].pivot_table(
        index="period", columns="tier", values="percent", aggfunc="first"
    )
    assert {int(year): [row["Tier I"], row["Tier II"], row["Solar"]] for year, row in held.iterrows()} == enacted


def test_dc_fees_are_those_of_the_law(recordings, reference):
    fees = {}
    for text in _paragraphs(recordings, "24-314"):
        m = re.match(r"([A-Z][a-z]+)(?:-([a-z]+))? cents in (\d{4})(?: through (\d{4})| and thereafter)?", text)
        if m:
            cents = 10 * TENS.index(m[1].lower()) + ONES.index(m[2] or "zero")
            for year in range(int(m[3]), int(m[4] or m[3]) + 1):
                fees[year] = Decimal(cents) * 10  # cents per kWh to dollars per MWh
    assert {year for year in fees if year < 2042} == set(range(2016, 2042))
    for year, fee in fees.items():
        period = Period(str(year), date(year, 1, 1), date(year, 12, 31))
        assert alternative_payment_usd(reference.payments, "DC", "Solar", period) == fee, year


WORKED = {
    # 1,234,567 MWh of load: percent of load by tier, carve-outs inside their tier, rounded up to whole certificates.
    ("DC", "2025"): {"Tier I": (641_975, 588_888), "Solar": (53_087, 53_087), "Tier II": (0, 0)},
    ("NJ", "EY2026"): {"Class I": (432_099, 432_099), "Solar": (55_556, 55_556), "Class II": (30_865, 30_865)},
    ("MA", "2025"): {
        "Class I": (333_334, 333_334), "Class II renewable": (44_445, 44_445), "Class II waste": (45_679, 45_679)
    },
    ("PA", "RY2026"): {"Tier I": (98_766, 92_593), "Solar": (6_173, 6_173), "Tier II": (123_457, 123_457)},
}  # fmt: skip


@pytest.mark.parametrize(("state", "label"), WORKED)
def test_a_worked_obligation(reference, schedule, state, label):
    found = requirements(schedule, reference.payments, reference.programmes[state], label, Decimal(1_234_567))
    assert {item.tier: (item.tier_total, item.certificates) for item in found} == WORKED[state, label]


def test_what_a_missing_certificate_costs(reference, schedule):
    dc = requirements(schedule, reference.payments, reference.programmes["DC"], "2025", Decimal(10_000), Decimal(500))
    assert {item.tier: (item.tier_total, item.payment_usd) for item in dc} == {
        "Tier I": (4_940, Decimal(50)), "Tier II": (0, Decimal(10)), "Solar": (409, Decimal(460))
    }  # fmt: skip
    pa = requirements(
        schedule, reference.payments, reference.programmes["PA"], "RY2026", Decimal(10_000),
        own_payments_usd={"Solar": 2 * Decimal("41.30")},
    )  # fmt: skip
    assert {item.tier: item.payment_usd for item in pa} == {
        "Tier I": Decimal(45), "Tier II": Decimal(45), "Solar": Decimal("82.60")
    }  # fmt: skip
    ma = requirements(schedule, reference.payments, reference.programmes["MA"], "2025", Decimal(10_000))
    assert {item.payment_usd for item in ma} == {None}, "no verified Massachusetts payment of 2025 is held"
    assert {item.tier: item.bank_cap for item in ma}["Class I"] == 810
    told = requirements(
        schedule,
        reference.payments,
        reference.programmes["MA"],
        "2025",
        Decimal(10_000),
        own_bank_caps={"Class I": 720},
    )
    assert {item.tier: item.bank_cap for item in told}["Class I"] == 720


def test_new_jersey_keeps_the_waived_year_beside_the_code(schedule):
    row = schedule[
        (schedule["state"] == "NJ") & (schedule["tier"] == "Class I") & (schedule["period"] == "EY2026")
    ].iloc[0]
    assert (row["percent"], row["percent_by_rule"]) == (Decimal(35), Decimal(38))
    assert "2025-05-21" in row["overridden_by"]


def test_new_york_charges_load_and_california_sums_years(reference, schedule):
    period = Period("2025", date(2025, 1, 1), date(2025, 12, 31))
    assert load_share_payment_usd(reference.payments, "NY", "Tier 1", period, Decimal(1000)) == Decimal("1538.10")
    assert alternative_payment_usd(reference.payments, "NY", "Tier 1", period) is None
    assert period_sum(schedule, "CA", {str(year): Decimal(1000) for year in range(2014, 2017)}) == 650
    with pytest.raises(Infeasible, match="2021"):
        period_sum(schedule, "CA", {"2021": Decimal(1000)})


@pytest.mark.parametrize(("state", "label"), [("AZ", "2025"), ("ME", "2030"), ("IL", "DY2025-2026")])
def test_a_headline_is_no_obligation(reference, schedule, state, label):
    with pytest.raises(Infeasible, match=r"headline|central_procurement"):
        requirements(schedule, reference.payments, reference.programmes[state], label, Decimal(1000))


def test_every_row_has_its_source_and_nothing_unverified_is_shipped(reference):
    for rows in (reference.targets, reference.payments, reference.egrid, reference.avert, reference.overrides):
        assert set(rows["status"]) <= {"verified", "secondary"}
        assert (rows["source"].str.len() > 3).all()
        assert not rows["source"].str.contains("general knowledge").any()
    assert "2021" not in set(reference.targets.query("state == 'CT' and tier == 'Class I'")["period"])


def test_a_row_without_status_is_refused(reference_files):
    files = dict(reference_files)
    files["rps_acp.csv"] = files["rps_acp.csv"].replace(b"verified", b"heard", 1)
    with pytest.raises(SchemaChanged, match=r"rps_acp\.csv line 2"):
        reference_from(files)
    with pytest.raises(SchemaChanged, match="missing"):
        reference_from({name: data for name, data in reference_files.items() if name != "rps_acp.csv"})


def test_periods_of_a_tier_follow_one_another(schedule):
    annual = schedule[schedule["use"] == "annual"]
    for _, rows in annual.groupby(["state", "tier"]):
        spans = sorted(zip(rows["period_start"], rows["period_end"], strict=True))
        assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))
    assert {"DC", "NJ", "MA", "PA", "MD", "NH", "RI", "VA", "MN"} <= set(annual["state"])
    assert len(states_covered(schedule)["state"].unique()) >= 29


@pytest.mark.parametrize(
    ("state", "tier", "vintage", "label", "on", "refusal"),
    [
        ("MA", "Class I", date(2023, 1, 1), "2025", date(2026, 6, 1), None),
        ("MA", "Class I", date(2022, 12, 1), "2025", date(2026, 6, 1), ExpiredVintage),
        ("PA", "Tier I", date(2023, 6, 1), "RY2026", date(2026, 8, 1), None),
        ("PA", "Tier I", date(2023, 5, 1), "RY2026", date(2026, 8, 1), ExpiredVintage),
        ("PA", "Tier I", date(2026, 6, 1), "RY2026", date(2026, 8, 1), NotAllowed),
        ("DC", "Tier I", date(2022, 3, 1), "2025", date(2025, 3, 31), None),
        ("DC", "Tier I", date(2022, 3, 1), "2025", date(2025, 4, 1), ExpiredVintage),
        ("DC", "Solar", date(2020, 3, 1), "2025", date(2025, 3, 31), None),
        ("DC", "Solar", date(2020, 3, 1), "2025", date(2025, 4, 1), ExpiredVintage),
        ("TX", "headline", date(2023, 1, 1), "2025", date(2026, 3, 31), None),
    ],
)
def test_shelf_lives(reference, schedule, state, tier, vintage, label, on, refusal):
    programme = reference.programmes[state]
    period = period_of(schedule, state, label)
    if refusal is None:
        programme.check_vintage(tier, vintage, period, on)
    else:
        with pytest.raises(refusal):
            programme.check_vintage(tier, vintage, period, on)


def test_deadlines_and_their_reminders(reference, schedule):
    calendar = deadlines(reference.programmes, schedule, reference.payments, ["DC", "MA", "MN"])
    dues = {(row.state, row.period, row.item): row.due for row in calendar.itertuples()}
    assert dues["MA", "2025", "file_by"] == date(2026, 7, 1)
    assert dues["DC", "2025", "pay_by"] == date(2026, 11, 1)
    assert dues["MN", "2025", "retire_by"] == date(2026, 5, 1)
    assert dues["MN", "2025", "file_by"] == date(2026, 6, 1)
    week_before = reminders(calendar, date(2026, 6, 24))
    assert list(week_before[["state", "item", "days_left"]].itertuples(index=False, name=None)) == [
        ("MA", "file_by", 7)
    ]
    assert reminders(calendar, date(2026, 6, 25)).empty
    # California files every year of a period of several; New York settles the years that it charges a rate for.
    more = deadlines(reference.programmes, schedule, reference.payments, ["CA", "NY"])
    dues = {(row.state, row.period, row.item): row.due for row in more.itertuples()}
    assert dues["CA", "2026", "file_by"] == date(2027, 7, 1)
    assert dues["NY", "2025", "retire_by"] == date(2026, 6, 30)
    assert not more.duplicated().any()


def test_certificates_about_to_expire(reference):
    import pandas as pd

    held = pd.DataFrame({
        "class_id": [1, 2],
        "vintage": [date(2023, 4, 1), date(2025, 4, 1)],
        "eligibility": ["DC:Tier I;XX:Y", "DC:Solar"],
    })  # fmt: skip
    soon = expiring(held, reference.programmes, date(2026, 4, 1), 30)
    assert soon[["class_id", "state", "last_day"]].values.tolist() == [[1, "DC", date(2026, 4, 30)]]
