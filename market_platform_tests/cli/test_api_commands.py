"""Keys and alerts from the command line: what is made there holds at the API's gate, and nowhere longer than said."""

import json

import pytest

from market_platform.api.keys import caller_of
from market_platform.platform import Platform
from market_platform.settings import Settings


@pytest.fixture
def caller(tmp_path):
    platform = Platform(Settings(data=tmp_path / "data", origin="sandbox"))
    return lambda text: caller_of(platform.ledger, text, platform.clock())


def test_a_key_is_shown_once_rotated_and_ended(call, caller):
    first = json.loads(call("keys", "create", "--name", "desk", "--scope", "trade", "--rate", 60, "--json"))
    assert (caller(first["key"]).may("trade"), caller(first["key"]).may("admin")) == (True, False)
    second = json.loads(call("keys", "rotate", first["key_id"], "--hours", 0, "--json"))
    assert caller(first["key"]) is None
    assert caller(second["key"]).requests_per_minute == 60
    listed = json.loads(call("keys", "list", "--json"))
    assert [(row["key_id"], row["scopes"], row["replaces"]) for row in listed] == [
        (first["key_id"], "trade", None),
        (second["key_id"], "trade", first["key_id"]),
    ]
    assert first["key"] not in str(listed)
    assert "no longer holds" in call("keys", "revoke", second["key_id"])
    assert caller(second["key"]) is None


def test_a_key_in_words_is_one_line_of_its_own(call, caller):
    lines = call("keys", "create", "--name", "reader").splitlines()
    assert caller(lines[-1]).scopes == {"read"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("create", "--name", "desk", "--scope", "root"), "scopes are read, trade, admin; got root"),
        (("create", "--name", " "), "a key needs a name"),
        (("rotate", "0123456789ab"), "no key 0123456789ab that still holds"),
        (("revoke", "0123456789ab"), "no key 0123456789ab that still holds"),
    ],
)
def test_what_is_refused_says_why(call, words, why):
    told = " ".join(call("keys", *words, code=2).replace("│", " ").split())
    assert why in told
    assert json.loads(call("keys", "list", "--json")) == []


@pytest.mark.long
def test_alerts_are_judged_by_rules_of_ones_own(call, tmp_path):
    shipped = {row["rule"]: row for row in json.loads(call("alerts", "rules", "--json"))}
    raised = json.loads(call("alerts", "check", "--json"))
    assert {alert["rule"] for alert in raised} <= set(shipped)
    assert len(json.loads(call("alerts", "list", "--ended", "--json"))) == len(raised)
    assert "0 cleared\nno channel is configured: nothing was sent" in call("alerts", "check")
    rule = next(iter(shipped))
    (tmp_path / "data" / "alerts.csv").write_text(
        "rule,kind,subject,threshold,unit,severity,meaning\n"
        f"{rule},{shipped[rule]['kind']},{shipped[rule]['subject']},12.5,{shipped[rule]['unit']},critical,mine\n"
    )
    mine = {row["rule"]: row for row in json.loads(call("alerts", "rules", "--json"))}
    assert (float(mine[rule]["threshold"]), mine[rule]["meaning"]) == (12.5, "mine")
    assert set(mine) == set(shipped)
    (tmp_path / "data" / "alerts.csv").write_text("rule,kind\nx,nothing such\n")
    for words in (("rules",), ("check",)):
        assert "alerts.csv" in call("alerts", *words, code=2)
