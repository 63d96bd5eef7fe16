"""What the rules find in plain values: prices, ages, gaps, checks, gates, deadlines, bound risk. No store, no clock."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from market_platform.alerts.rules import Rule, rule_for


@dataclass(frozen=True)
class Finding:
    """A rule that holds for a subject now."""

    rule: str
    kind: str
    subject: str
    severity: str
    message: str
    value: float
    threshold: float
    unit: str


@dataclass(frozen=True)
class PricePair:
    """The last two real-time prices of a place, USD/MWh; ``before`` is None at the first interval."""

    market: str
    location: str
    price: float
    before: float | None
    interval_end: datetime


def price_findings(rules: Sequence[Rule], pairs: Iterable[PricePair]) -> list[Finding]:
    """Find moves beyond a part of the price before, spikes and negative prices."""
    found = []
    for pair in pairs:
        subject, at = f"{pair.market} {pair.location}", f"at {pair.interval_end:%Y-%m-%d %H:%M}Z"
        if not math.isfinite(pair.price):
            continue
        if pair.before is not None and math.isfinite(pair.before):
            change = change_percent(pair.before, pair.price)
            text = f"{subject}: {pair.before:.2f} to {pair.price:.2f} USD/MWh, {change:+.1f} % {at}"
            found += _above(rules, "price_change", subject, abs(change), text)
        text = f"{subject}: {pair.price:.2f} USD/MWh {at}"
        found += _above(rules, "price_above", subject, pair.price, text)
        rule = rule_for(rules, "price_below", subject)
        if rule is not None and pair.price < rule.threshold:
            found.append(_finding(rule, subject, pair.price, text))
    return found


def change_percent(before: float, price: float) -> float:
    """Return the change in percent of the price before, its sign that of the move; from zero any move is without bound."""
    if price == before:
        return 0.0
    return math.copysign(math.inf, price) if before == 0 else 100.0 * (price - before) / abs(before)


def age_findings(rules: Sequence[Rule], ages: Iterable[tuple[str, float]]) -> list[Finding]:
    """Find feeds whose last interval ended too long ago: (feed, minutes)."""
    return [
        finding
        for feed, minutes in ages
        for finding in _above(
            rules, "data_age", feed, minutes, f"{feed}: the last interval ended {minutes:,.0f} minutes ago"
        )
    ]


def gap_findings(rules: Sequence[Rule], gaps: Iterable[tuple[str, int]]) -> list[Finding]:
    """Find feeds that lack days: (feed, days)."""
    return [
        finding
        for feed, days in gaps
        for finding in _above(rules, "gap", feed, days, f"{feed}: {days} days between first and last hold nothing")
    ]


def check_findings(rules: Sequence[Rule], failed: Iterable[tuple[str, str]]) -> list[Finding]:
    """Find failed checks: (asset, check)."""
    return [
        finding
        for asset, check in failed
        for finding in _above(rules, "failed_check", f"{asset} {check}", 1, f"check {check} of {asset} failed")
    ]


def gate_findings(rules: Sequence[Rule], gates: Iterable[tuple[str, date, datetime]], now: datetime) -> list[Finding]:
    """Find gates that close soon: (market, market day, moment)."""
    found = []
    for market, day, closes_at in gates:
        left = (closes_at - now) / timedelta(minutes=1)
        subject = f"{market} {day}"
        text = f"{market}: the day-ahead gate of {day} closes at {closes_at:%H:%M}Z, in {left:.0f} minutes"
        found += _within(rules, "gate_closing", subject, left, text)
    return found


def deadline_findings(
    rules: Sequence[Rule], kind: str, deadlines: Iterable[tuple[str, str, date]], today: date
) -> list[Finding]:
    """Find compliance or dispute deadlines that are near: (subject, what is due, day)."""
    found = []
    for subject, duty, due in deadlines:
        left = (due - today).days
        text = f"{subject}: {duty} due on {due}, in {left} days"
        found += _within(rules, kind, subject, left, text)
    return found


def risk_findings(rules: Sequence[Rule], bound: Iterable[tuple[str, float, float]]) -> list[Finding]:
    """Find portfolios whose exposure nears its limit: (portfolio and day, bound USD, limit USD)."""
    found = []
    for subject, usd, limit in bound:
        percent = 100.0 * usd / limit if limit else math.inf
        text = f"{subject}: {usd:,.2f} of {limit:,.2f} USD are bound, {percent:.0f} %"
        found += _above(rules, "risk_limit", subject, percent, text)
    return found


def _above(rules: Sequence[Rule], kind: str, subject: str, value: float, text: str) -> list[Finding]:
    rule = rule_for(rules, kind, subject)
    return [_finding(rule, subject, value, text)] if rule is not None and value > rule.threshold else []


def _within(rules: Sequence[Rule], kind: str, subject: str, left: float, text: str) -> list[Finding]:
    rule = rule_for(rules, kind, subject)
    return [_finding(rule, subject, left, text)] if rule is not None and 0 <= left <= rule.threshold else []


def _finding(rule: Rule, subject: str, value: float, text: str) -> Finding:
    return Finding(rule.rule, rule.kind, subject[:200], rule.severity, text, float(value), rule.threshold, rule.unit)
