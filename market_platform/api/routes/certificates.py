"""Renewable energy certificates: holdings, transfers, retirements, ESG and compliance. The ledger moves; no registry is told."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from market_platform.api.asking import Paged, Word
from market_platform.api.bodies import RetireIn, TransferIn
from market_platform.api.documented import document_answer, rows_answer
from market_platform.api.formats import to_json
from market_platform.api.idempotency import IdempotencyKey, once
from market_platform.api.ledger_rows import rows_response
from market_platform.api.security import Reading, Trading
from market_platform.api.service import service_of
from market_platform.certificates import desk as acts
from market_platform.defs.certificates.desk import open_desk

routes = APIRouter(tags=["certificates"])
SOURCE = "api"
HOLDING = {
    "owner": "Simulated Prairie Power",
    "registry": "mrets",
    "fuel": "Wind",
    "vintage": "2026-09-01",
    "quantity": 120,
}
DONE = {"transaction_id": 12, "quantity": 5, "simulated": True}


class HoldingsQuestion(Paged):
    """Which certificates."""

    registry: Word | None = None
    fuel: Word | None = None
    owner: Word | None = None


@routes.get("/rec/query", response_class=Response, responses=rows_answer(example=[HOLDING]))
def query(request: Request, _caller: Reading, asked: Annotated[HoldingsQuestion, Query()]) -> Response:
    """Certificates in the ledger by account and class, with their cost and last usable day."""
    desk = open_desk(service_of(request).platform)
    rows = acts.holdings(desk, owner=asked.owner)
    for name in ("registry", "fuel"):
        wanted = getattr(asked, name)
        rows = rows if wanted is None else rows[rows[name] == wanted]
    return rows_response(request, rows.astype(object).where(rows.notna(), None).to_dict("records"), asked)


@routes.post("/rec/transfer", response_class=Response, responses=document_answer(DONE))
def transfer(request: Request, caller: Trading, key: IdempotencyKey, body: TransferIn) -> Response:
    """Offer certificates to another organization; they are pending until it accepts."""
    service = service_of(request)

    def act() -> Response:
        desk = open_desk(service.platform)
        giver = acts.account_of(desk, body.registry, desk.organization, name=body.account)
        wanted = acts.Wanted(quantity=body.quantity, fuel=body.fuel)
        done = acts.transfer(
            desk, giver, body.to_organization, wanted, desk.actor(caller.name), service.now(), SOURCE, body.price_usd,
            notes=body.notes,
        )  # fmt: skip
        return _done(done, simulated=service.simulated)

    return once(request, caller, key, act)


@routes.post("/rec/retire", response_class=Response, responses=document_answer(DONE))
def retire(request: Request, caller: Trading, key: IdempotencyKey, body: RetireIn) -> Response:
    """Use certificates up in the ledger, for good."""
    service = service_of(request)

    def act() -> Response:
        desk = open_desk(service.platform)
        giver = acts.account_of(desk, body.registry, desk.organization, name=body.account)
        wanted = acts.Wanted(quantity=body.quantity, fuel=body.fuel)
        done = acts.retire(
            desk, giver, wanted, body.reason, body.beneficiary, desk.actor(caller.name), service.now(), SOURCE,
            notes=body.notes,
        )  # fmt: skip
        return _done(done, simulated=service.simulated)

    return once(request, caller, key, act)


def _done(done: acts.Done, *, simulated: bool) -> Response:
    document = {"transaction_id": done.transaction_id, "quantity": done.quantity, "simulated": simulated}
    return Response(to_json(document), media_type="application/json")
