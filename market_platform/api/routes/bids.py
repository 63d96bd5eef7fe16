"""Bids: submit, look at, list, withdraw. Nothing here reaches a live market: it goes to the simulated exchange or stays dry."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from market_platform.api.asking import Paged, Word
from market_platform.api.bodies import BidIn, Submission
from market_platform.api.documented import document_answer, rows_answer
from market_platform.api.formats import to_json
from market_platform.api.idempotency import IdempotencyKey, once
from market_platform.api.keys import Caller
from market_platform.api.ledger_rows import answer_ledger_rows
from market_platform.api.problems import Problem
from market_platform.api.security import Reading, Trading
from market_platform.api.service import Service, service_of
from market_platform.defs.trading.house import TRADED, House
from market_platform.trading.bid_ledger.drafts import history, read_bids
from market_platform.trading.bid_ledger.life_cycle import FOLLOWS, states_of
from market_platform.trading.bid_ledger.tables import bid_awards
from market_platform.trading.bid_ledger.tables import bids as book
from market_platform.trading.bids.bid import Bid, CurvePoint, StorageTerms
from market_platform.trading.bids.building import bid_identifier
from market_platform.trading.bids.checker import Verdict
from market_platform.trading.gateways.desk import Outcome
from market_platform.trading.planning.bids_of_plan import target_of
from market_platform.trading.risk.enforcement import Decision

routes = APIRouter(tags=["bids"])
BidId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:\-]{1,40}$", examples=["b0123456789a"])]

SUBMITTED_EXAMPLE = {
    "delivery": "sandbox",
    "simulated": True,
    "rows": [{"bid_id": "b0123456789a", "state": "accepted", "broken_rules": [], "refused_by": []}],
}
BID_EXAMPLE = {
    "bid_id": "b0123456789a", "iso": "pjm", "market": "dam", "product": "energy", "resource": "LAUREL_BES",
    "state": "accepted", "events": [], "awards": [],
}  # fmt: skip


@routes.post(
    "/bids/submit", response_class=Response, responses=document_answer(SUBMITTED_EXAMPLE, "What became of each bid")
)
def submit(request: Request, caller: Trading, key: IdempotencyKey, body: Submission) -> Response:
    """Submit bids of your resources: rules, risk limits, then the simulated exchange, or a dry run with live data.

    A bid that breaks a rule or a limit stays a draft and says why.
    """
    return once(request, caller, key, lambda: _submitted(service_of(request), caller, body))


def _submitted(service: Service, caller: Caller, body: Submission) -> Response:
    house = House(service.platform, actor=caller.name)
    asked = [_bid(house, each) for each in body.bids]
    if len({bid.bid_id for bid in asked}) < len(asked):
        raise Problem(
            422, "two of these bids are for the same resource, product and interval: raise the revision of one"
        )
    rows: list[dict[str, Any]] = []
    now = service.now()
    by_day = sorted(asked, key=lambda bid: (bid.iso, bid.market_day))
    for (iso, day), group in itertools.groupby(by_day, key=lambda bid: (bid.iso, bid.market_day)):
        chosen = list(group)
        desk = house.service(iso, day)
        if body.check_only:
            verdicts = {verdict.bid_id: verdict for verdict in desk.check(chosen, now)}
            decisions = {decision.bid_id: decision for decision in desk.would_risk_allow(chosen)}
            rows += [_row(bid, "not written", verdicts[bid.bid_id], decisions[bid.bid_id]) for bid in chosen]
            continue
        drafts = desk.draft(chosen, now)
        if len(drafts) < len(chosen):
            taken = sorted({bid.bid_id for bid in chosen} - {bid.bid_id for bid in drafts})
            raise Problem(409, f"already at the market: {', '.join(taken)}; raise the revision to bid again")
        rows += _outcome_rows(service, drafts, desk.submit(drafts, now))
    place = {bid.bid_id: number for number, bid in enumerate(asked)}
    rows.sort(key=lambda row: place[row["bid_id"]])
    return Response(
        to_json({"delivery": house.delivery, "simulated": service.simulated, "rows": rows}),
        media_type="application/json",
    )


def _bid(house: House, asked: BidIn) -> Bid:
    if asked.resource not in house.resources.table.index:
        raise Problem(422, f"no resource {asked.resource}; there are {', '.join(house.resources.table.index)}")
    target = replace(target_of(house.resources, asked.resource, asked.market), product=asked.product)
    start = asked.interval_start.astimezone(UTC)
    soc = asked.soc
    return Bid(
        bid_id=bid_identifier(target, start, asked.revision),
        iso=target.iso, market=asked.market, product=asked.product, resource=target.resource, location=target.location,
        participant=target.participant, portfolio=target.portfolio, kind=target.kind, start=start,
        end=asked.interval_end.astimezone(UTC), shape=asked.shape,
        points=tuple(CurvePoint(point.mw, point.price_usd_per_mwh) for point in asked.points),
        self_schedule_mw=asked.self_schedule_mw,
        soc=None if soc is None else StorageTerms(soc.min_soc_mwh, soc.max_soc_mwh, soc.start_soc_mwh),
    )  # fmt: skip


def _outcome_rows(service: Service, drafts: Sequence[Bid], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    verdicts = {verdict.bid_id: verdict for outcome in outcomes for verdict in outcome.verdicts}
    decisions = {decision.bid_id: decision for outcome in outcomes for decision in outcome.decisions}
    with service.platform.ledger.read() as connection:
        named = [bid.bid_id for bid in drafts]
        states = states_of(connection, named)
    return [_row(bid, states[bid.bid_id], verdicts.get(bid.bid_id), decisions.get(bid.bid_id)) for bid in drafts]


def _row(bid: Bid, state: str, verdict: Verdict | None, decision: Decision | None) -> dict[str, Any]:
    return {
        "bid_id": bid.bid_id,
        "iso": bid.iso,
        "resource": bid.resource,
        "interval_start": bid.start,
        "state": state,
        "broken_rules": [] if verdict is None else [
            {"rule": each.rule, "message": each.message, "status": each.status} for each in verdict.broken
        ],
        "refused_by": [] if decision is None else [
            {"limit": each.limit_name, "message": each.message} for each in decision.breaches
        ],
    }  # fmt: skip


class BidsQuestion(Paged):
    """Which bids."""

    iso: Literal["caiso", "ercot", "nyiso", "pjm"] | None = None
    market: Literal["dam", "rtm"] | None = None
    day: date | None = Field(default=None, description="Market day")
    state: Literal[tuple(FOLLOWS)] | None = None  # type: ignore[valid-type]
    resource: Word | None = Field(default=None, description="Resource as its ISO knows it")


SHOWN = (
    "bid_id", "iso", "market", "product", "kind", "resource", "location", "portfolio", "market_day", "interval_start",
    "interval_end", "shape", "self_schedule_mw", "state", "registered_at",
)  # fmt: skip


@routes.get("/bids", response_class=Response, responses=rows_answer(example=[BID_EXAMPLE]))
def list_bids(request: Request, _caller: Reading, asked: Annotated[BidsQuestion, Query()]) -> Response:
    """List bids, the first registered first."""
    equal = {
        "iso": asked.iso,
        "market": asked.market,
        "market_day": asked.day,
        "state": asked.state,
        "resource": asked.resource,
    }
    query = sa.select(*(book.c[name] for name in SHOWN))
    query = query.where(*(book.c[name] == value for name, value in equal.items() if value is not None))
    return answer_ledger_rows(request, query, (book.c.registered_at, book.c.bid_id), asked)


@routes.get("/bids/{bid_id}", response_class=Response, responses=document_answer(BID_EXAMPLE))
def one_bid(request: Request, _caller: Reading, bid_id: BidId) -> Response:
    """One bid with its curve, its whole history and its awards."""
    ledger = service_of(request).platform.ledger
    with ledger.read() as connection:
        state = connection.scalar(sa.select(book.c.state).where(book.c.bid_id == bid_id))
        if state is None:
            raise Problem(404, f"no bid {bid_id}")
        (bid,) = read_bids(connection, [bid_id])
        awards = connection.execute(sa.select(bid_awards).where(bid_awards.c.bid_id == bid_id)).mappings().all()
    document = {
        **{name: getattr(bid, name) for name in ("bid_id", "iso", "market", "product", "kind", "resource", "location")},
        "portfolio": bid.portfolio,
        "market_day": bid.market_day,
        "interval_start": bid.start,
        "interval_end": bid.end,
        "shape": bid.shape,
        "points": [{"mw": point.mw, "price_usd_per_mwh": point.price_usd_per_mwh} for point in bid.points],
        "self_schedule_mw": bid.self_schedule_mw,
        "state": state,
        "events": [
            {
                "at": event.at,
                "from": event.from_state,
                "to": event.to_state,
                "actor": event.actor,
                "reason": event.reason,
            }
            for event in history(ledger, bid_id)
        ],
        "awards": [dict(row) for row in awards],
    }
    return Response(to_json(document), media_type="application/json")


@routes.delete(
    "/bids/{bid_id}",
    response_class=Response,
    responses=document_answer({"bid_id": "b0123456789a", "state": "cancelled"}),
)
def withdraw(request: Request, caller: Trading, bid_id: BidId) -> Response:
    """Withdraw a pending bid, at the market first. Answers 409 where it has cleared or ended."""
    service = service_of(request)
    with service.platform.ledger.read() as connection:
        row = connection.execute(sa.select(book.c.iso, book.c.market_day).where(book.c.bid_id == bid_id)).one_or_none()
    if row is None or row.iso not in TRADED:
        raise Problem(404, f"no bid {bid_id}")
    desk = House(service.platform, actor=caller.name).service(row.iso, row.market_day)
    desk.cancel([bid_id], service.now(), f"withdrawn by {caller.name}")
    return Response(to_json({"bid_id": bid_id, "state": "cancelled"}), media_type="application/json")
