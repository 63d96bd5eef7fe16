"""The rule checker: every rule of the ISO that holds for a bid on its day, each with its verdict and its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from market_platform.errors import RuleBroken
from market_platform.trading.bids.bid import BidTerms, market_day
from market_platform.trading.bids.gates import closed_window, gate_of, late_gate_of
from market_platform.trading.bids.rules import RULES
from market_platform.trading.bids.tables import RuleRow, moment_before, product_of, rules_in_force, weakest


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that was applied: whether it is broken, how, and how well the rule itself is known."""

    rule: str
    broken: bool
    message: str
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rules applied to one bid, broken or kept."""

    bid_id: str
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """True where no rule is broken."""
        return not self.broken

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The broken rules, every one of them."""
        return tuple(finding for finding in self.findings if finding.broken)

    @property
    def unverified(self) -> tuple[str, ...]:
        """The rules that were applied on unverified values: a person should look before real money depends on them."""
        return tuple(finding.rule for finding in self.findings if finding.status == "U")

    @property
    def status(self) -> str:
        """The weakest status among the rules applied."""
        return weakest([finding.status for finding in self.findings])

    def demand(self) -> None:
        """Raise RuleBroken that names every broken rule; do nothing where the bid passes."""
        if self.broken:
            reasons = "; ".join(f"{item.rule} ({item.status}): {item.message}" for item in self.broken)
            msg = f"bid {self.bid_id} breaks {len(self.broken)} rule(s): {reasons}"
            raise RuleBroken(msg)


def check_bid(bid: BidTerms, received_at: datetime, *, late_reason: str | None = None) -> Verdict:
    """Judge a bid as the ISO would on receipt at ``received_at`` (aware).

    ``late_reason`` asks for the later gate that some markets keep for changes with a stated reason.
    """
    day = market_day(bid)
    traded = product_of(bid.iso, bid.product, day)
    if traded is None or bid.market not in traded.markets:
        message = f"{bid.product} is not traded in {bid.iso} {bid.market} on {day}"
        status, source = (traded.status, traded.source) if traded else ("U", "products.csv")
        return Verdict(bid.bid_id, (Finding("product", broken=True, message=message, status=status, source=source),))
    findings = [
        Finding("product", broken=False, message="", status=traded.status, source=traded.source),
        *_gate_findings(bid, received_at, late_reason),
    ]
    applied = set()
    for rows in rules_in_force(bid.iso, bid.market, bid.product, bid.kind, day):
        row = _by_receipt(rows, bid, received_at)
        if row is None:
            continue
        applied.add(row.rule)
        fault = RULES[row.rule](bid, row)
        findings.append(Finding(row.rule, fault is not None, fault or "", row.status, row.source))
    if bid.self_schedule_mw is not None and "self_schedule" not in applied:
        message = f"{bid.iso} {bid.product} takes no self-schedule"
        findings.append(Finding("self_schedule", broken=True, message=message, status="U", source="rules.csv"))
    return Verdict(bid.bid_id, tuple(findings))


def check_schedule(bids: Sequence[BidTerms], received_at: datetime) -> list[Verdict]:
    """Judge each bid of a schedule, and that no two of them offer one product of a resource at the same time."""
    verdicts = [check_bid(bid, received_at) for bid in bids]
    last: dict[tuple[str, str, str, str, str], BidTerms] = {}
    for position in sorted(range(len(bids)), key=lambda position: bids[position].start):
        bid = bids[position]
        # A virtual bid and an AS-only offer stand for no unit: their own identifier tells them apart.
        owner = bid.resource or bid.bid_id
        before = last.get((bid.iso, bid.market, bid.product, owner, bid.kind))
        if before is not None and bid.start < before.end:
            message = f"{bid.product} of {owner} is already offered until {before.end.isoformat()} by {before.bid_id}"
            overlap = Finding("overlap", broken=True, message=message, status="S", source="WAT")
            verdicts[position] = Verdict(bid.bid_id, (*verdicts[position].findings, overlap))
        else:
            last[(bid.iso, bid.market, bid.product, owner, bid.kind)] = bid
    return verdicts


def _by_receipt(rows: tuple[RuleRow, ...], bid: BidTerms, received_at: datetime) -> RuleRow | None:
    """Pick the row whose window of receipt holds the moment; two at once are a fault of the table."""
    if len(rows) == 1 and not rows[0].received_from and not rows[0].received_before:
        return rows[0]
    day = market_day(bid)
    fitting = [
        row
        for row in rows
        if (not row.received_from or received_at >= moment_before(row.received_from, day, bid.iso))
        and (not row.received_before or received_at < moment_before(row.received_before, day, bid.iso))
    ]
    if len(fitting) > 1:
        msg = f"rules.csv has {len(fitting)} rows for {fitting[0].rule} of {bid.iso} {bid.product} on {day}"
        raise RuleBroken(msg)
    return fitting[0] if fitting else None


def _gate_findings(bid: BidTerms, received_at: datetime, late_reason: str | None) -> list[Finding]:
    gate = (late_gate_of(bid.iso, bid.market, bid.start) if late_reason else None) or gate_of(
        bid.iso, bid.market, bid.start
    )
    late = received_at >= gate.closes_at
    message = f"received {received_at.isoformat()}, the gate closed {gate.closes_at.isoformat()}" if late else ""
    findings = [Finding("gate", late, message, gate.status, gate.source)]
    window = closed_window(bid.iso, bid.market, bid.start, received_at)
    if window is not None:
        message = f"the market takes no updates at {received_at.isoformat()}"
        findings.append(
            Finding("closed_window", broken=True, message=message, status=window.status, source=window.source)
        )
    return findings
