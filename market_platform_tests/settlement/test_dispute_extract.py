"""ERCOT's dispute extract told against our own disputes."""

from datetime import date
from decimal import Decimal

import pytest

from market_platform.settlement.disputes.ercot_xml import DisputeStatus
from market_platform.settlement.disputes.extract import told

DAY = date(2024, 11, 3)


def _ours(state="filed", amount="120.50", code="RTEIAMT", name="a"):
    return {"dispute_id": name, "charge_code": code, "market_day": DAY, "amount_usd": Decimal(amount), "state": state}


def _row(status, awarded="0", amount="120.50"):
    return DisputeStatus("D-7", "RTM", "RTEIAMT", "2024-11-03", status, "", Decimal(amount), Decimal(awarded))


@pytest.mark.parametrize(
    ("state", "row", "steps"),
    [
        ("filed", _row("Open"), ("open",)),
        ("drafted", _row("Open"), ("filed", "open")),
        ("drafted", _row("Closed", "120.50"), ("filed", "open", "granted")),
        ("filed", _row("Closed", "100.25"), ("open", "granted in part")),
        ("open", _row("Closed"), ("denied",)),
        ("filed", _row("Rejected"), ("denied",)),
        ("open", _row("Withdrawn"), ("withdrawn",)),
        ("granted", _row("Closed", "120.50"), ()),
    ],
)
def test_the_states_still_to_go_through(state, row, steps):
    found = told(row, [_ours(state)])
    assert (found.dispute_id, found.steps) == ("a", steps)
    assert found.awarded_usd == (row.awarded_usd or None)


def test_what_fits_none_of_ours_or_says_what_nobody_knows_changes_nothing():
    assert told(_row("Open"), [_ours(code="DAESAMT")]).remark == "none of our disputes fit"
    assert told(_row("Open", amount="1"), [_ours(), _ours(name="b")]).remark == "2 of our disputes fit"
    assert told(_row("Open"), [_ours(amount="7"), _ours(name="b")]).dispute_id == "b"
    assert told(_row("Under review"), [_ours()]).remark == "unknown status 'Under review'"
    expired = told(_row("Open"), [_ours("expired")])
    assert (expired.steps, expired.remark) == ((), "expired cannot become open")
