"""ERCOT's dispute extract told against our disputes: which of ours a row is, and which states it has to go through."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from market_platform.settlement.books.view import Row
from market_platform.settlement.disputes.ercot_xml import DisputeStatus
from market_platform.settlement.disputes.states import NEXT

#: ERCOT's words for a dispute that is under way, taken back or turned away. General knowledge, unverified (status U): a
#: word that is not here changes nothing and is reported.
UNDER_WAY = {"not started", "open", "in progress", "adr"}
TAKEN_BACK = {"withdrawn"}
TURNED_AWAY = {"rejected", "denied"}
WAY = ("drafted", "filed", "open")


@dataclass(frozen=True)
class Told:
    """What a row of the extract says about a dispute of ours; ``steps`` are the states still to go through, in order."""

    dispute_number: str
    dispute_id: str
    before: str
    steps: tuple[str, ...]
    awarded_usd: Decimal | None
    remark: str


def told(status: DisputeStatus, ours: Sequence[Row]) -> Told:
    """Return what a row means. It is found by charge, day and amount, or by charge and day where only one is disputed."""
    same = [
        row
        for row in ours
        if row["charge_code"] == status.charge_type and str(row["market_day"]) == status.operating_date[:10]
    ]
    exact = [row for row in same if row["amount_usd"] == status.disputed_usd]
    found = exact or same
    if len(found) != 1:
        count = "none" if not found else f"{len(found)}"
        return Told(status.dispute_number, "", "", (), None, f"{count} of our disputes fit")
    (mine,) = found
    before, goal = str(mine["state"]), _goal(status)
    if goal is None:
        return Told(status.dispute_number, mine["dispute_id"], before, (), None, f"unknown status {status.status!r}")
    awarded = status.awarded_usd if goal.startswith("granted") else None
    if before in (goal, "closed"):
        return Told(status.dispute_number, mine["dispute_id"], before, (), awarded, "as noted")
    steps = _steps(before, goal)
    remark = "" if steps else f"{before} cannot become {goal}"
    return Told(status.dispute_number, mine["dispute_id"], before, steps, awarded, remark)


def _goal(status: DisputeStatus) -> str | None:
    word = status.status.strip().lower()
    if word in UNDER_WAY:
        return "open"
    if word in TAKEN_BACK:
        return "withdrawn"
    if word in TURNED_AWAY:
        return "denied"
    if word not in ("closed", "resolved"):
        return None
    if status.awarded_usd <= 0:
        return "denied"
    return "granted" if status.awarded_usd >= status.disputed_usd else "granted in part"


def _steps(before: str, goal: str) -> tuple[str, ...]:
    """Go the way of a dispute until the goal may follow; nothing where it never may."""
    steps: list[str] = []
    at = before
    while goal not in NEXT[at]:
        if at not in WAY[:-1]:
            return ()
        at = WAY[WAY.index(at) + 1]
        if at == goal:
            return (*steps, goal)
        steps.append(at)
    return (*steps, goal)
