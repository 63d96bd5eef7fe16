"""Registry to ledger and back: an export read twice issues once; what differs is named by serial."""

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_platform.certificates.ledger.audit import audit
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.leaving import Retire
from market_platform.certificates.registries.exports import HOLDING, parcels
from market_platform.certificates.registries.reconcile import (
    differences,
    holdings_from_mrets,
    ledger_ranges,
    new_holdings,
)
from market_platform.sandbox import mrets as registry
from market_platform.sandbox.world import World as SmallWorld
from market_platform.sources.mrets.client import MretsClient
from market_platform.sources.mrets.documents import quantities_frame, resources_frame
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, ALICE, World

NOW = datetime(2026, 3, 2, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def listed():
    """What the simulated registry lists for the organization."""
    small = SmallWorld(7)
    transport = httpx.MockTransport(lambda request: registry.respond(small, request, NOW))
    client = MretsClient("token", transport=transport)
    quantities = quantities_frame(client.whole("rec/certificate_quantities", include=["certificate"]))
    certificates = resources_frame(client.whole("rec/certificates"))
    return holdings_from_mrets(quantities, certificates, resources_frame(client.whole("generators")), "Alder Energy")


def _sync(book, account, listed):
    with book.ledger.read() as connection:
        fresh = new_holdings(listed, ledger_ranges(connection, "mrets"))
    if len(fresh):
        book.post([Issue(account, parcels(fresh))], ADMINISTRATOR, NOW, "M-RETS API")
    return int(fresh["quantity"].sum())


def test_the_registry_s_list_enters_once(book, listed):
    world = World(book)
    assert _sync(book, world.alice, listed.iloc[:5]) == listed["quantity"].iloc[:5].sum()
    assert _sync(book, world.alice, listed) == listed["quantity"].iloc[5:].sum()
    assert _sync(book, world.alice, listed) == 0
    with book.ledger.read() as connection:
        assert audit(connection).issued == listed["quantity"].sum()
        assert differences(listed, ledger_ranges(connection, "mrets"), "Alder Energy").empty
    lot = book.find_lot("mrets", listed["serial_base"].iloc[0], 11, 60)
    world.post(Retire((lot,), world.alice, "RPS", "customers"), actor=ALICE, at=NOW)
    later = listed.iloc[1:]
    with book.ledger.read() as connection:
        found = differences(later, ledger_ranges(connection, "mrets"), "Alder Energy")
    base, last = listed["serial_base"].iloc[0], listed["serial_end"].iloc[0]
    assert found.values.tolist() == [
        [base, 1, 10, "absent", "active"], [base, 11, 60, "absent", "retired"], [base, 61, last, "absent", "active"]
    ]  # fmt: skip


spans = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 12)), max_size=6)


@given(st.integers(1, 40), st.integers(0, 40), spans)
def test_what_is_new_is_exactly_what_is_not_known(start, length, known):
    import pandas as pd

    pieces, taken = [], set()
    for first, extra in known:
        serials = set(range(first, first + extra + 1))
        if not serials & taken:
            taken |= serials
            pieces.append(("B", first, first + extra, "o", "active", "active"))
    ledger = pd.DataFrame(
        pieces, columns=["serial_base", "serial_start", "serial_end", "organization", "kind", "status"]
    )
    row = dict.fromkeys(HOLDING, "") | {"serial_base": "B", "serial_start": start, "serial_end": start + length}
    fresh = new_holdings(pd.DataFrame([row]), ledger)
    found = [serial for row in fresh.itertuples() for serial in range(row.serial_start, row.serial_end + 1)]
    assert found == [serial for serial in range(start, start + length + 1) if serial not in taken]
