"""A registry's list enters once; what it retires is retired; where it contradicts the ledger, nothing moves and it is told."""

from decimal import Decimal

import pandas as pd
import pytest

from market_platform.certificates.ledger.audit import audit
from market_platform.certificates.ledger.closing import overdue
from market_platform.certificates.ledger.leaving import Retire
from market_platform.certificates.positions import positions
from market_platform.certificates.registries.exports import HOLDING
from market_platform.certificates.registries.intake import certified, compare, take_in
from market_platform.errors import SchemaChanged
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, ALICE, NOON


def _listed(*rows):
    from datetime import date

    blank = dict.fromkeys(HOLDING, "") | {
        "generation_start": None, "generation_end": None, "vintage": date(2026, 1, 1), "location": "MN",
        "organization": "Alder Energy", "generator": "G1", "fuel": "wind",
    }  # fmt: skip
    full = [blank | {"serial_base": base, "serial_start": start, "serial_end": end, "quantity": end - start + 1} | more
            for base, start, end, more in rows]  # fmt: skip
    return pd.DataFrame(full, columns=HOLDING)


def _take(book, listed, **options):
    return take_in(book, "mrets", listed, ADMINISTRATOR, NOON, "list", **options)


def test_a_list_enters_once_with_its_cost_and_what_it_retired(book):
    listed = _listed(
        ("A", 1, 60, {}), ("A", 61, 100, {"status": "Retired"}), ("B", 1, 5, {"status": "exported"}),
        ("C", 1, 7, {"account": "second", "fuel": "solar"}),
    )  # fmt: skip
    first = _take(book, listed, unit_cost_usd={"wind": Decimal("1.50")})
    again = _take(book, listed)
    assert (first.issued, first.retired, first.gone) == (107, 40, 5)
    assert (again.issued, again.retired) == (0, 0)
    assert first.differences.empty
    assert again.differences.empty
    with book.ledger.read() as connection:
        assert audit(connection).by_kind == {"active": 67, "retirement": 40}
        rows = positions(connection)
    assert rows.loc[rows["fuel"] == "wind", "cost_usd"].sum() == 100 * Decimal("1.50")


def test_ranges_without_a_base_are_told_apart_by_their_generator(book):
    listed = _listed(("", 1, 10, {"generator": "X"}), ("", 1, 10, {"generator": "Y"}))
    assert _take(book, listed).issued == 20
    assert _take(book, listed).issued == 0


def test_what_the_ledger_is_ahead_with_has_a_meaning_and_what_nobody_did_has_none(book):
    listed = _listed(("A", 1, 100, {}))
    _take(book, listed)
    account = book.open_account("mrets", "Alder Energy", ALICE, NOON)
    book.post([Retire((book.find_lot("mrets", "A", 1, 30),), account, "RPS", "customers")], ALICE, NOON, "desk")
    ahead = compare(book, "mrets", listed)
    assert ahead[["serial_start", "serial_end", "registry_status", "ledger_status"]].values.tolist() == [
        [1, 30, "active", "retired"]
    ]
    assert "still to be carried out" in ahead["meaning"].iloc[0]
    later = _listed(("A", 1, 40, {"status": "retired"}), ("A", 41, 100, {}))
    strange = _take(book, later)
    assert strange.issued == strange.retired == 0
    assert strange.differences[["serial_start", "serial_end", "meaning"]].values.tolist() == [[31, 40, ""]]


@pytest.mark.parametrize(
    ("more", "message"), [({"status": "in limbo"}, "in limbo"), ({"organization": ""}, "names no organization")]
)
def test_a_list_that_cannot_be_understood_is_refused(book, more, message):
    with pytest.raises(SchemaChanged, match=message):
        _take(book, _listed(("A", 1, 5, more)))


def test_a_list_without_owners_takes_the_one_that_is_given(book):
    _take(book, _listed(("A", 1, 5, {"organization": ""})), organization="Birch Power")
    with book.ledger.read() as connection:
        assert set(positions(connection)["owner"]) == {"Birch Power"}


def test_a_generator_s_certification_fills_what_the_list_leaves_open():
    listed = _listed(("A", 1, 5, {}), ("B", 1, 5, {"eligibility": "WI:Total"}), ("C", 1, 5, {"generator": "G2"}))
    table = pd.DataFrame({
        "registry": ["mrets", "wregis"], "generator": ["G1", "G2"], "eligibility": ["MN:Most utilities", "CA:RPS"],
    })  # fmt: skip
    assert list(certified(listed, "mrets", table)["eligibility"]) == ["MN:Most utilities", "WI:Total", ""]


def test_what_the_calendar_settles_is_found_by_registry(book):
    from datetime import UTC, date, datetime

    rows = _listed(("A", 1, 10, {"vintage": date(2025, 3, 1)}), ("B", 1, 10, {"vintage": date(2026, 3, 1)}))
    take_in(book, "nygats", rows, ADMINISTRATOR, NOON, "list")
    take_in(book, "ercot", rows.assign(vintage=date(2023, 5, 1)), ADMINISTRATOR, NOON, "list")
    with book.ledger.read() as connection:
        assert overdue(connection, book.registries, datetime(2026, 3, 31, tzinfo=UTC)) == {}
        found = overdue(connection, book.registries, datetime(2026, 7, 2, tzinfo=UTC))
    assert {key: sum(lot.quantity for each in part for lot in each.lots) for key, part in found.items()} == {
        "nygats": 10, "ercot": 20,
    }  # fmt: skip
