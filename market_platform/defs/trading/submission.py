"""Sending the drafts of a market day, at the moment that they were planned for."""

from datetime import date, datetime

from market_platform.defs.trading.house import House
from market_platform.defs.trading.scheduling import planning_moment
from market_platform.errors import RuleBroken
from market_platform.trading.bid_ledger.queries import find_bids
from market_platform.trading.gateways.desk import Outcome


def submit_drafts(house: House, iso: str, day: date, market: str = "dam") -> list[str]:
    """Submit an ISO's drafts and return what happened, one line a participant; none where there are no drafts."""
    drafts = [bid for bid, _ in find_bids(house.platform.ledger, iso=iso, market=market, day=day, states=("draft",))]
    if not drafts:
        return []
    now = house.platform.clock()
    at = planning_moment(iso, day, now, may_be_past=house.delivery == "sandbox") if market == "dam" else now
    if at is None:
        return [f"{iso}: the gate of {day} has closed, {len(drafts)} drafts stay drafts"]
    try:
        outcomes = house.service(iso, day).submit(drafts, at)
    except RuleBroken as error:
        return [f"{iso}: {error}"]
    return [f"{iso}: {told(outcome, house.delivery, at)}" for outcome in outcomes]


def told(outcome: Outcome, delivery: str, at: datetime) -> str:
    """Say what became of a submission."""
    broken = sum(not verdict.passes for verdict in outcome.verdicts)
    refused = sum(not decision.granted for decision in outcome.decisions)
    went = len(outcome.decisions) - refused
    where = "built and kept, nothing sent (dry run)" if delivery == "dry_run" else "with the simulated exchange"
    return (
        f"{went} bids in {len(outcome.messages)} messages {where} as of {at:%Y-%m-%d %H:%M}Z; {broken} break a rule, "
        f"{refused} exceed a risk limit"
    )
