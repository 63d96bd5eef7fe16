"""Nothing leaves for a live market but through every lock."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from market_platform.errors import RuleBroken
from market_platform.sandbox.exchange.certificate import self_signed
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import cancel, register
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.ercot.gateway import ErcotGateway
from market_platform.trading.gateways.ercot.schema import ErcotSchemas
from market_platform.trading.gateways.sending import Permission, confirmation_for, send
from market_platform.trading.risk.enforcement import bind
from market_platform.trading.risk.limits import RiskLimits
from market_platform_tests.trading.bids.bid_cases import a_bid, local

DAY = date(2026, 7, 15)
NOW = local("ercot", 2026, 7, 14, 3)
WORDS = confirmation_for("ercot", DAY)


class Recorder:
    """A transport that writes down what it was given."""

    def __init__(self, *, simulated):
        self.simulated = simulated
        self.sent = []

    def __call__(self, path, content_type, body):
        self.sent.append(body)
        return b"answer"


@pytest.fixture(scope="module")
def gateway(recordings):
    return ErcotGateway("QSE1", "USER1", ErcotSchemas(recordings / "bids" / "ercot" / "xsd"))


@pytest.fixture(scope="module")
def message(gateway):
    return gateway.submission([a_bid()], NOW)[0]


@pytest.fixture
def bound(tmp_path):
    """A ledger in which the bid's risk is bound."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.upgrade()
    register(ledger, [a_bid()], at=NOW, actor="trader")
    limits = RiskLimits(max_bid_mw=Decimal(2))
    assert bind(ledger, [a_bid()], limits, at=NOW, actor="trader")[0].granted
    yield ledger
    ledger.close()


def credentials():
    certificate, key = self_signed("QSE1")
    return Credentials("ercot", certificate_pem=certificate, key_pem=key)


def test_the_default_is_a_dry_run(gateway, message):
    transport = Recorder(simulated=False)
    assert send(gateway, message, DAY, Permission(), transport=transport, credentials=credentials()) is None
    assert transport.sent == []


def test_a_live_message_leaves_only_when_every_lock_is_open(gateway, message, bound):
    left = 0
    for switch, words, simulated, statuses in product(
        (False, True),
        ("", "send to ercot", confirmation_for("ercot", date(2026, 7, 16)), WORDS),
        (True, False),
        ("", "V"),
    ):
        transport = Recorder(simulated=simulated)
        permission = Permission("live", switch, words, frozenset(statuses))
        opens = switch and words == WORDS and not simulated and statuses == "V"
        means = {"transport": transport, "credentials": credentials(), "ledger": bound}
        if opens:
            assert send(gateway, message, DAY, permission, **means) == b"answer"
        else:
            with pytest.raises(RuleBroken, match="nothing was sent"):
                send(gateway, message, DAY, permission, **means)
        assert len(transport.sent) == opens
        left += opens
    assert left == 1


def test_all_closed_locks_are_named_at_once(gateway, message):
    with pytest.raises(RuleBroken) as refusal:
        send(gateway, message, DAY, Permission("live", accepted_format_statuses=frozenset()))
    for reason in ("no transport", "switch is off", "confirmation", "status V"):
        assert reason in str(refusal.value)


def test_a_live_message_needs_its_risk_bound(gateway, message, bound):
    live = Permission("live", live_switch=True, confirmation=WORDS)
    transport = Recorder(simulated=False)
    means = {"transport": transport, "credentials": credentials()}
    with pytest.raises(RuleBroken, match="no risk is bound in the ledger for bid1"):
        send(gateway, message, DAY, live, **means)
    cancel(bound, ["bid1"], at=NOW, actor="trader", reason="changed mind")
    with pytest.raises(RuleBroken, match="bid1"):
        send(gateway, message, DAY, live, **means, ledger=bound)
    assert transport.sent == []


def test_an_unverified_layout_needs_its_own_word(bound):
    unverified = ErcotGateway("QSE1", "USER1").submission([a_bid()], NOW)[0]
    gateway = ErcotGateway("QSE1", "USER1")
    transport = Recorder(simulated=False)
    live = {"delivery": "live", "live_switch": True, "confirmation": WORDS}
    with pytest.raises(RuleBroken, match="status U"):
        send(gateway, unverified, DAY, Permission(**live), transport=transport, credentials=credentials())
    accepted = Permission(**live, accepted_format_statuses=frozenset("VU"))
    means = {"transport": transport, "credentials": credentials(), "ledger": bound}
    assert send(gateway, unverified, DAY, accepted, **means) == b"answer"


def test_the_sandbox_takes_simulated_transports_only(gateway, message):
    with pytest.raises(RuleBroken, match="simulated"):
        send(
            gateway, message, DAY, Permission("sandbox"), transport=Recorder(simulated=False), credentials=credentials()
        )
    with pytest.raises(RuleBroken, match="no transport"):
        send(gateway, message, DAY, Permission("sandbox"))
    with pytest.raises(RuleBroken, match="credentials"):
        send(gateway, message, DAY, Permission("sandbox"), transport=Recorder(simulated=True))
    with pytest.raises(RuleBroken, match="none of"):
        send(gateway, message, DAY, Permission("LIVE"), transport=Recorder(simulated=False))


def test_a_truthy_switch_is_not_a_switch(gateway, message):
    permission = Permission("live", "no", WORDS)
    with pytest.raises(RuleBroken, match="switch is off"):
        send(gateway, message, DAY, permission, transport=Recorder(simulated=False), credentials=credentials())
