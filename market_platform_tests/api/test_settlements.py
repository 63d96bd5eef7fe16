"""Settlement over the API on a settled PJM day: what it lists is what the ledger holds, and asking again writes nothing."""

from datetime import date

import pytest

from market_platform.api.app import create_app
from market_platform.defs.settlement import office
from market_platform.defs.settlement.inbox import take_inbox
from market_platform.defs.settlement.simulated_statements import post_statements
from market_platform_tests.api.conftest import Served, keys_of, serving
from market_platform_tests.settlement.house import fill, open_house

pytestmark = pytest.mark.long

DAY = date(2026, 11, 18)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A platform with one settled, billed and reconciled day, and a client a scope."""
    platform = open_house(tmp_path_factory.mktemp("settled"))
    fill(platform, "pjm", [DAY])
    office.lay_in_positions(platform, "pjm", DAY)
    office.settle_day(platform, "pjm", DAY)
    post_statements(platform)
    take_inbox(platform)
    with serving(create_app(platform)) as url:
        served = Served(url, platform, keys_of(platform))

        def ask(scope, method, path, **more):
            with served.client(scope) as client:
                return client.request(method, path, **more)

        yield ask


def test_a_statement_is_listed_shown_and_reconciled_again(asked):
    [listed] = asked("read", "GET", "/v1/settlements", params={"iso": "pjm"}).raise_for_status().json()["rows"]
    assert asked("read", "GET", "/v1/settlements", params={"iso": "caiso"}).json()["rows"] == []
    assert asked("read", "GET", "/v1/settlements", params={"last": "2026-11-01"}).json()["rows"] == []
    path = f"/v1/settlements/{listed['sha256'][:12]}"
    shown = asked("read", "GET", path).raise_for_status().json()
    assert shown["sha256"] == listed["sha256"]
    assert asked("read", "POST", f"{path}/reconcile", headers={"Idempotency-Key": "not-allowed"}).status_code == 403
    again = (
        asked("trade", "POST", f"{path}/reconcile", headers={"Idempotency-Key": "reconcile-once"})
        .raise_for_status()
        .json()
    )
    assert (again["sha256"], again["rows_written"], again["unexplained_usd"]) == (listed["sha256"], 0, "0.00")
    assert again == asked("trade", "POST", f"{path}/reconcile", headers={"Idempotency-Key": "reconcile-once"}).json()
    missing = asked("read", "GET", "/v1/settlements/ffff")
    assert (missing.status_code, "ffff" in missing.json()["detail"]) == (404, True)


def test_disputes_and_payments_are_those_of_the_books(asked):
    disputes = asked("read", "GET", "/v1/disputes", params={"state": "drafted"}).raise_for_status().json()["rows"]
    assert disputes
    assert {row["iso"] for row in disputes} == {"pjm"}
    deadlines = [row["deadline"] for row in disputes if row["deadline"]]
    assert deadlines == sorted(deadlines)
    assert asked("read", "GET", "/v1/disputes", params={"state": "lost"}).status_code == 422
    invoices = asked("read", "GET", "/v1/payments").raise_for_status().json()["rows"]
    assert all({"amount_usd", "open_usd"} <= set(row) for row in invoices)
