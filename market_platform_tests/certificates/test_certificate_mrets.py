"""M-RETS: the API end to end against the simulated registry, its errors, and the upload files."""

from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import pandas as pd
import pytest

from market_platform.errors import Gone, Rejected, RuleBroken, SchemaChanged, Throttled, Unavailable, UnreadablePayload
from market_platform.sandbox import mrets as registry
from market_platform.sandbox.mrets_desk import MretsDesk
from market_platform.sandbox.server import running
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sandbox.world import World
from market_platform.sources.mrets.client import MretsClient
from market_platform.sources.mrets.documents import quantities_frame, resources_frame
from market_platform.sources.mrets.transactions import Order, chosen, hand_in, retirement, transfer
from market_platform.sources.mrets.uploads import (
    read_generation,
    write_generation,
    write_hourly,
    write_mass_transfer,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    return World(7)


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self):
        self.now, self.slept = 0.0, []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


def client_of(answer, clock=None, key="token"):
    clock = clock or Clock()
    return MretsClient(key, transport=httpx.MockTransport(answer), sleep=clock.sleep, monotonic=lambda: clock.now)


def test_all_pages_make_the_whole(world):
    calls = []

    def answer(request):
        calls.append(request)
        return registry.respond(world, request, NOW)

    client = client_of(answer)
    in_pages = client.whole("rec/certificate_quantities", page_size=5)
    at_once = client.whole("rec/certificate_quantities")
    assert len(calls) == 3 + 1
    assert in_pages["data"] == at_once["data"]
    rows = quantities_frame(at_once)
    assert len(rows) == 12
    assert (rows["quantity"] == rows["serial_number_end"] - rows["serial_number_start"] + 1).all()
    assert rows["serial_number_base"].is_unique
    assert calls[0].headers["X-Api-Key"] == "token"


def test_filters_sorting_and_included_resources(world):
    client = client_of(lambda request: registry.respond(world, request, NOW))
    recent = client.whole("rec/certificates", filters={"vintage_start": "2025-12"}, sort="-vintage")
    assert [item["attributes"]["vintage"] for item in recent["data"]] == ["2026-02-01", "2026-01-01", "2025-12-01"]
    assert client.whole("rec/certificate_quantities", filters={"status": "retired"})["data"] == []
    generators = resources_frame(client.whole("generators"))
    assert list(generators["mrets_id"]) == ["G900009"]


@pytest.fixture
def registry_client(world, tmp_path):
    """A client of a registry that remembers, as one command does of the next."""
    return client_of(lambda request: registry.respond(world, request, NOW, MretsDesk(tmp_path / "mrets.json")))


def _held(client):
    return quantities_frame(client.whole("rec/certificate_quantities", include=["certificate"]))


def test_a_retirement_goes_through_as_the_registry_documents_it(world, registry_client):
    before = _held(registry_client)
    base = before["serial_number_base"].iloc[3]
    accounts, options = (
        resources_frame(registry_client.whole(name)) for name in ("rec/accounts", "rec/retirement_options")
    )
    ranges = chosen(before, [(base, 11, 60)])
    order = retirement(ranges, accounts, options, "State/Provincial Portfolio Standards", retired_to="MN")
    handed = hand_in(registry_client, order)
    assert handed.status == "complete"
    after = _held(registry_client)
    mine = after[after["serial_number_base"] == base].sort_values("serial_number_start")
    pieces = mine[["serial_number_start", "serial_number_end", "status"]].to_numpy().tolist()
    assert pieces[:2] == [[1, 10, "active"], [11, 60, "retired"]]
    assert pieces[2][0] == 61
    assert after["quantity"].sum() == before["quantity"].sum()
    (listed,) = registry_client.whole("rec/user_transactions", filters={"status": "complete"})["data"]
    assert listed["id"] == handed.transaction_id
    assert listed["attributes"]["retired_to"] == "MN"
    with pytest.raises(RuleBroken, match="does not list"):
        chosen(after, [(base, 20, 30)])
    again = Order(order.attributes, ranges, order.to_account, None, order.retirement_option_id)
    with pytest.raises(Rejected, match="not active in the account"):
        hand_in(registry_client, again)  # the registry itself refuses a second retirement
    with pytest.raises(RuleBroken, match="asks for the state"):
        retirement(ranges, accounts, options, "State/Provincial Portfolio Standards")
    with pytest.raises(RuleBroken, match="no retirement option"):
        retirement(ranges, accounts, options, "Green")


def test_the_sandbox_server_takes_writes_over_http_and_remembers_them():
    with running(SandboxTransport(7, lambda: NOW)) as address:
        client = MretsClient("token", base_url=f"{address}/app.mrets.org/v1/public/", sleep=lambda _seconds: None)
        organizations = resources_frame(client.whole("rec/organizations"))
        handed = hand_in(client, transfer(chosen(_held(client), quantity=5), organizations, "Simulated Harbor Utility"))
        (listed,) = client.whole("rec/user_transactions")["data"]
        assert (listed["id"], listed["attributes"]["status"]) == (handed.transaction_id, "pending")
        (plant,) = client.whole("generators")["data"]
        entry = client.submit_generation(plant["id"], date(2026, 3, 1), date(2026, 3, 1), 12)
        assert entry["attributes"]["status"] == "accepted"
        with pytest.raises(Rejected, match="overlaps these dates"):
            client.submit_generation(plant["id"], date(2026, 3, 1), date(2026, 3, 1), 12)
        client.close()


def test_a_transfer_to_another_organization_is_pending_until_withdrawn(registry_client):
    before = _held(registry_client)
    organizations = resources_frame(registry_client.whole("rec/organizations"))
    order = transfer(chosen(before, quantity=70), organizations, "Simulated Birch Power", "sale 7")
    handed = hand_in(registry_client, order)
    assert (handed.status, order.quantity) == ("pending", 70)
    assert _held(registry_client)["quantity"].sum() == before["quantity"].sum() - 70
    with pytest.raises(Rejected, match="Only the receiving organization"):
        registry_client.act(handed.transaction_id, "accept")
    assert registry_client.act(handed.transaction_id, "withdraw")["attributes"]["status"] == "withdrawn"
    assert _held(registry_client)["quantity"].sum() == before["quantity"].sum()
    with pytest.raises(RuleBroken, match="0 organizations"):
        transfer(order.ranges, organizations, "Nobody")
    with pytest.raises(RuleBroken, match="active certificates, not"):
        chosen(before, quantity=10**9)


def test_no_more_than_ten_calls_in_five_seconds(world):
    clock = Clock()
    moments = []

    def answer(request):
        moments.append(clock.now)
        return registry.respond(world, request, NOW)

    client_of(answer, clock).whole("rec/certificate_quantities", page_size=1)
    assert len(moments) == 12
    assert all(later - earlier >= 5.0 for earlier, later in zip(moments, moments[10:], strict=False))


def _broken(status, **kwargs):
    return lambda request: httpx.Response(status, **kwargs)


def _unreachable(request):
    raise httpx.ConnectTimeout("no answer", request=request)


ERRORS = {"errors": [{"title": "Record not found", "detail": "No such thing.", "code": "404", "status": "404"}]}
FAILURES = {
    "throttled": (_broken(429, json={"errors": []}), Throttled),
    "gone": (_broken(404, json=ERRORS), Gone),
    "refused": (_broken(422, json=ERRORS), Rejected),
    "down": (_broken(503, text="busy"), Unavailable),
    "no answer": (_unreachable, Unavailable),
    "a page": (_broken(200, text="<html>maintenance</html>"), UnreadablePayload),
    "no data": (_broken(200, json={"meta": {}}), SchemaChanged),
    "a circle": (
        _broken(200, json={"data": [], "links": {"next": "https://app.mrets.org/v1/public/x"}}),
        SchemaChanged,
    ),
}


@pytest.mark.parametrize("case", FAILURES)
def test_failures_are_typed_and_nothing_partial_comes_back(case):
    answer, error = FAILURES[case]
    with pytest.raises(error, match="M-RETS"):
        client_of(answer).whole("rec/certificates")


def test_the_registry_refuses_a_call_without_a_key(world):
    with pytest.raises(Rejected, match="Unauthorized"):
        client_of(lambda request: registry.respond(world, request, NOW), key="").whole("accounts")


@pytest.mark.parametrize(
    "change", [{"status": "lost"}, {"quantity": 7}, {"serial_number_base": None}], ids=["status", "range", "missing"]
)
def test_a_changed_document_is_noticed(world, change):
    client = client_of(lambda request: registry.respond(world, request, NOW))
    document = client.whole("rec/certificate_quantities")
    document["data"][3]["attributes"] |= change
    with pytest.raises(SchemaChanged):
        quantities_frame(document)


def test_the_registry_s_own_sample_is_read_though_it_breaks_its_date_rule(recordings):
    content = (recordings / "mrets" / "generation_adjustment_upload" / "Generation-Adjustments-.csv").read_bytes()
    rows = read_generation(content)
    assert rows.values.tolist() == [
        ["M1234", "M1234", date(2023, 9, 1), date(2022, 9, 1), date(2022, 9, 30), Decimal(11561), "adjustment", False],
        ["M1234", "M1234", date(2023, 10, 1), date(2023, 10, 1), date(2023, 10, 31), Decimal(1234), "adjustment", True],
    ]


def test_what_is_written_by_the_rule_is_read_back():
    rows = pd.DataFrame(
        [["M1", "U1", date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 31), Decimal("12.5")]],
        columns=[
            "generator_id",
            "reporting_unit_id",
            "vintage",
            "generation_start",
            "generation_end",
            "generation_mwh",
        ],
    )
    content = write_generation(rows)
    assert content == b"M1,U1,01/2026,01/01/2026,01/31/2026,12.5\r\n"
    assert read_generation(content)[list(rows.columns)].values.tolist() == rows.values.tolist()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", UnreadablePayload),
        (b"\xff\xfe\x00", UnreadablePayload),
        (b"M1,U1,01/2026\r\n", SchemaChanged),
        (b"M1,U1,13/2026,01/01/2026,01/31/2026,1\r\n", SchemaChanged),
        (b"M1,U1,01/2026,02/30/2026,02/31/2026,1\r\n", SchemaChanged),
        (b"M1,U1,01/2026,01/31/2026,01/01/2026,1\r\n", SchemaChanged),
        (b"M1,U1,01/2026,01/01/2026,01/31/2026,lots\r\n", SchemaChanged),
    ],
)
def test_an_unreadable_upload_is_refused(content, error):
    with pytest.raises(error, match="M-RETS upload"):
        read_generation(content)


def test_hourly_and_transfer_files():
    day = pd.DataFrame({
        "generator_id": "M1", "reporting_unit_id": "U1", "day": date(2026, 3, 8), "hour_ending": range(24, 0, -1),
        "generation_kwh": range(24, 0, -1),
    })  # fmt: skip
    assert write_hourly(day) == ("M1,U1,03/08/2026," + ",".join(map(str, range(1, 25))) + "\r\n").encode()
    with pytest.raises(SchemaChanged, match="hours 1 to 24"):
        write_hourly(day.iloc[1:])
    lots = pd.DataFrame(
        [["M1-01-2026-1 to 5", 5, "org", "acc", "hi"]],
        columns=["serial_numbers", "quantity", "organization_id", "account_id", "notes"],
    )
    assert write_mass_transfer(lots) == b"M1-01-2026-1 to 5,5,org,acc,hi\r\n"
