"""Nothing leaves for a live market but through every lock."""

from datetime import date
from itertools import product

import pytest
from trading.bids.bid_cases import a_bid, local
from trading.gateways.certificates import self_signed

from market_platform.errors import RuleBroken
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.ercot.gateway import ErcotGateway
from market_platform.trading.gateways.ercot.schema import ErcotSchemas
from market_platform.trading.gateways.sending import Permission, confirmation_for, send

DAY = date(2026, 7, 15)
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
    return gateway.submission([a_bid()], local("ercot", 2026, 7, 14, 3))[0]


def credentials():
    certificate, key = self_signed("QSE1")
    return Credentials("ercot", certificate_pem=certificate, key_pem=key)


def test_the_default_is_a_dry_run(gateway, message):
    transport = Recorder(simulated=False)
    assert send(gateway, message, DAY, Permission(), transport=transport, credentials=credentials()) is None
    assert transport.sent == []


def test_a_live_message_leaves_only_when_every_lock_is_open(gateway, message):
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
        if opens:
            assert send(gateway, message, DAY, permission, transport=transport, credentials=credentials()) == b"answer"
        else:
            with pytest.raises(RuleBroken, match="nothing was sent"):
                send(gateway, message, DAY, permission, transport=transport, credentials=credentials())
        assert len(transport.sent) == opens
        left += opens
    assert left == 1


def test_all_closed_locks_are_named_at_once(gateway, message):
    with pytest.raises(RuleBroken) as refusal:
        send(gateway, message, DAY, Permission("live", accepted_format_statuses=frozenset()))
    for reason in ("no transport", "switch is off", "confirmation", "status V"):
        assert reason in str(refusal.value)


def test_an_unverified_layout_needs_its_own_word(message):
    unverified = ErcotGateway("QSE1", "USER1").submission([a_bid()], local("ercot", 2026, 7, 14, 3))[0]
    gateway = ErcotGateway("QSE1", "USER1")
    transport = Recorder(simulated=False)
    live = {"delivery": "live", "live_switch": True, "confirmation": WORDS}
    with pytest.raises(RuleBroken, match="status U"):
        send(gateway, unverified, DAY, Permission(**live), transport=transport, credentials=credentials())
    accepted = Permission(**live, accepted_format_statuses=frozenset("VU"))
    assert send(gateway, unverified, DAY, accepted, transport=transport, credentials=credentials()) == b"answer"


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
