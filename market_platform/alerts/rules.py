"""Rules as data: the shipped ones, and the user's ``alerts.csv`` over them.

A row of the user's file with the name of a shipped rule replaces it; any other name adds a rule. ``subject`` is a pattern as
in a shell (``pjm WESTERN HUB``, ``pjm *``, ``nyiso_*``); of several rules of one kind that fit a subject, the one with the
longest pattern holds, so that a location may have a threshold of its own.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from market_platform.errors import SettingsError

KINDS = (
    "price_change", "price_above", "price_below", "data_age", "gap", "failed_check", "gate_closing",
    "compliance_deadline", "dispute_deadline", "risk_limit",
)  # fmt: skip
SEVERITIES = ("info", "warning", "critical")
COLUMNS = ("rule", "kind", "subject", "threshold", "unit", "severity", "enabled", "meaning")
SHIPPED = Path(__file__).with_name("default_rules.csv")


@dataclass(frozen=True)
class Rule:
    """One rule. ``threshold`` is in ``unit``; what passes it raises an alert of ``severity``."""

    rule: str
    kind: str
    subject: str
    threshold: float
    unit: str
    severity: str
    enabled: bool
    meaning: str


def read_rules(own: bytes | None = None) -> list[Rule]:
    """Return the rules that hold. Raises SettingsError naming line and column of what cannot be read."""
    rules = {rule.rule: rule for rule in _rows(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)}
    if own is not None:
        try:
            text = own.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SettingsError("alerts.csv is not UTF-8: save it as CSV UTF-8") from None
        rules |= {rule.rule: rule for rule in _rows(text, "alerts.csv")}
    return [rule for rule in rules.values() if rule.enabled]


def rule_for(rules: Iterable[Rule], kind: str, subject: str) -> Rule | None:
    """Return the rule of a kind that holds for a subject: the one with the longest pattern that fits."""
    fitting = [rule for rule in rules if rule.kind == kind and fnmatchcase(subject, rule.subject)]
    return max(fitting, key=lambda rule: (len(rule.subject.replace("*", "")), rule.rule), default=None)


def _rows(text: str, name: str) -> list[Rule]:
    reader = csv.DictReader(io.StringIO(text))
    missing = {"rule", "kind", "threshold"} - set(reader.fieldnames or ())
    unknown = set(reader.fieldnames or ()) - set(COLUMNS)
    if missing or unknown:
        raise SettingsError(
            f"{name}: columns are {', '.join(COLUMNS)}; missing {sorted(missing)}, unknown {sorted(unknown)}"
        )
    return [_rule(row, f"{name} line {number}") for number, row in enumerate(reader, start=2)]


def _rule(row: dict[str, str], where: str) -> Rule:
    text = {column: (row.get(column) or "").strip() for column in COLUMNS}
    severity, enabled = text["severity"] or "warning", text["enabled"] or "yes"
    if text["kind"] not in KINDS or severity not in SEVERITIES or enabled not in ("yes", "no") or not text["rule"]:
        raise SettingsError(
            f"{where}: kind is one of {', '.join(KINDS)}; severity one of {', '.join(SEVERITIES)}; enabled yes or no"
        )
    try:
        threshold = float(text["threshold"])
    except ValueError:
        raise SettingsError(f"{where}: threshold {text['threshold']!r} is no number") from None
    return Rule(
        text["rule"][:60], text["kind"], text["subject"] or "*", threshold, text["unit"][:20], severity, enabled == "yes",
        text["meaning"],
    )  # fmt: skip
