"""One holder at a time: on both databases, and with a child that holds on after its parent."""

import subprocess

from market_platform.store.lease import try_lease
from market_platform.store.ledger import Ledger


def test_one_holds_it_until_the_end_of_its_context(ledger, tmp_path):
    other = Ledger(ledger.url.render_as_string(hide_password=False))  # as another process has it
    with try_lease(ledger, tmp_path, "daemon") as held:
        assert held.is_held()
        with try_lease(other, tmp_path, "daemon") as refused:
            assert refused is None
        with try_lease(other, tmp_path, "another") as beside:
            assert beside.is_held()
    with try_lease(other, tmp_path, "daemon") as taken_over:
        assert taken_over.is_held()
    other.close()


def test_a_child_that_was_given_it_holds_on(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    with try_lease(ledger, tmp_path, "daemon") as held:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[held.handle])
    with try_lease(ledger, tmp_path, "daemon") as refused:
        assert refused is None
    child.kill()
    child.wait()
    with try_lease(ledger, tmp_path, "daemon") as held:
        assert held.is_held()
    ledger.close()


def test_a_lost_session_is_told(ledger, tmp_path):
    with try_lease(ledger, tmp_path, "daemon") as held:
        if ledger.dialect == "postgresql":
            with ledger.begin() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
                )
            assert not held.is_held()
        else:
            assert held.is_held()
