"""Sixteen writers transfer and retire at once, four are killed: the sum holds, nothing is retired twice or lost.

A reduced size of the run in ``benchmarks/certificates.py``.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from market_platform.certificates.ledger.audit import audit
from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.ledger.changing_hands import Settle, Transfer
from market_platform.certificates.ledger.entering import Issue
from market_platform.certificates.ledger.leaving import Export, Retire, Unretire
from market_platform.certificates.ledger.parties import Actor, Lot
from market_platform.certificates.refusals import Refused
from market_platform_tests.certificates.certificate_world import ADMINISTRATOR, NOON, World, parcel

WRITER = Path(__file__).with_name("certificate_writer.py")
PROCESSES, WRITERS_EACH, LOTS, STEPS = 4, 4, 200, 1


def test_sixteen_writers_and_a_kill(ledger):
    book = CertificateBook(ledger)
    world = World(book)
    for organization in ("Cedar Trading", "Dogwood Utility"):
        book.open_account("mrets", organization, ADMINISTRATOR, NOON)
    book.post([Issue(world.alice, tuple(parcel(f"G-{n}") for n in range(LOTS)))], ADMINISTRATOR, NOON, "test")
    url = ledger.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, str(WRITER), url]
    doomed = subprocess.Popen([*command, "0", str(WRITERS_EACH), "10000"])
    others = [
        subprocess.Popen([*command, str(WRITERS_EACH * number), str(WRITERS_EACH), str(STEPS)])
        for number in range(1, PROCESSES)
    ]
    deadline = time.monotonic() + 100
    while _postings_of(ledger, range(WRITERS_EACH)) < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(doomed.pid, signal.SIGKILL)
    assert doomed.wait() == -signal.SIGKILL
    assert [other.wait(timeout=100) for other in others] == [0] * len(others)
    with ledger.read() as connection:
        found = audit(connection)
        retired = connection.execute(sa.text(RETIRED_TWICE)).all()
    assert found.issued == sum(found.by_kind.values()) == LOTS * 100
    assert found.by_kind["retirement"] > 0
    assert found.postings > LOTS
    assert retired == []


RETIRED_TWICE = """
SELECT a.posting_id FROM certificate_postings a
JOIN certificate_accounts k ON k.account_id = a.to_account AND k.kind = 'retirement'
JOIN certificate_postings b ON b.batch_id = a.batch_id AND b.posting_id > a.posting_id
  AND b.serial_start <= a.serial_end AND b.serial_end >= a.serial_start"""


def _postings_of(ledger, seeds):
    names = ", ".join(f"'writer {seed}'" for seed in seeds)
    with ledger.read() as connection:
        return connection.exec_driver_sql(
            f"SELECT COUNT(*) FROM certificate_postings WHERE actor IN ({names})"
        ).scalar_one()


class Trading(RuleBasedStateMachine):
    """Random operations of three parties against a model that is a plain dictionary: serial to holder."""

    book: CertificateBook
    run = 0

    @initialize()
    def begin(self):
        Trading.run += 1
        self.world = World(self.book)
        self.parties = {"Alder Energy": self.world.alice, "Birch Power": self.world.bob}
        (lot,) = self.world.issue(parcel(f"run-{Trading.run}", 60))
        self.batch = lot.batch_id
        self.where = dict.fromkeys(range(1, 61), ("Alder Energy", "active"))
        self.offers = {}

    def attempt(self, operation, actor, serials, needed, result):
        may = all(self.where.get(serial) == needed for serial in serials)
        try:
            (number,) = self.world.post(operation, actor=actor)
        except Refused:
            assert not may
            return None
        assert may
        self.where |= dict.fromkeys(serials, result)
        return number

    spans = st.tuples(st.integers(1, 60), st.integers(0, 15)).map(lambda s: range(s[0], min(61, s[0] + s[1] + 1)))
    names = st.sampled_from(["Alder Energy", "Birch Power"])

    def lot(self, serials):
        return (Lot(self.batch, serials[0], serials[-1]),)

    @rule(serials=spans, name=names)
    def offer(self, serials, name):
        other = next(party for party in self.parties if party != name)
        operation = Transfer(self.lot(serials), self.parties[name], self.parties[other])
        number = self.attempt(operation, Actor("a", name), serials, (name, "active"), (name, "pending"))
        if number is not None:
            self.offers[number] = (name, other, serials)

    @rule(data=st.data(), outcome=st.sampled_from(["accepted", "withdrawn"]))
    def settle(self, data, outcome):
        if not self.offers:
            return
        number = data.draw(st.sampled_from(sorted(self.offers)))
        giver, taker, serials = self.offers.pop(number)
        actor = Actor("a", taker if outcome == "accepted" else giver)
        self.attempt(Settle(number, outcome), actor, serials, (giver, "pending"), (actor.organization, "active"))

    @rule(serials=spans, name=names)
    def retire(self, serials, name):
        operation = Retire(self.lot(serials), self.parties[name], "RPS", name)
        self.attempt(operation, Actor("a", name), serials, (name, "active"), (name, "retirement"))

    @rule(serials=spans, name=names)
    def unretire(self, serials, name):
        operation = Unretire(self.lot(serials), self.parties[name], "mistake")
        self.attempt(operation, ADMINISTRATOR, serials, (name, "retirement"), (name, "active"))

    @rule(serials=spans, name=names)
    def export(self, serials, name):
        operation = Export(self.lot(serials), self.parties[name], "nar")
        self.attempt(operation, Actor("a", name), serials, (name, "active"), (name, "exported"))

    @invariant()
    def the_ledger_agrees_serial_by_serial(self):
        if not hasattr(self, "batch"):
            return
        held = {
            serial: (owner, kind)
            for base, first, last, owner, kind in self.world.held()
            if base == f"run-{Trading.run}"
            for serial in range(first, last + 1)
        }
        assert held == self.where

    def teardown(self):
        with self.book.ledger.read() as connection:
            audit(connection)


def test_any_sequence_conserves_every_serial(book):
    machine = type("TradingHere", (Trading,), {"book": book})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
