"""Settlement: statements with their outcome, one whole, reconciling again, disputes, payments."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from market_platform.api.asking import Paged
from market_platform.api.documented import document_answer, rows_answer
from market_platform.api.formats import to_json
from market_platform.api.idempotency import IdempotencyKey, once
from market_platform.api.ledger_rows import rows_response
from market_platform.api.problems import Problem
from market_platform.api.security import Reading, Trading
from market_platform.api.service import Service, service_of
from market_platform.defs.settlement import office
from market_platform.errors import RuleBroken
from market_platform.settlement.books import view

routes = APIRouter(tags=["settlement"])
Iso = Literal["caiso", "ercot", "nyiso", "pjm"]
StatementId = Annotated[
    str, Path(pattern=r"^[^\x00-\x1f\x7f/]{1,200}$", description="Identifier, or the beginning of its hash")
]
STATEMENT = {
    "sha256": "9f86d081…", "iso": "ercot", "account": "QSIM", "market": "DAM", "statement_id": "DAM 2026-11-19 initial",
    "first_day": "2026-11-19", "amount_usd": "41.20", "variance_usd": "0.00", "dollar_accuracy": 1.0,
}  # fmt: skip


class StatementsQuestion(Paged):
    """Which statements."""

    iso: Iso | None = None
    first: date | None = Field(default=None, description="First market day that they may end on")
    last: date | None = Field(default=None, description="Last market day that they may begin on")


@routes.get("/settlements", response_class=Response, responses=rows_answer(example=[STATEMENT]))
def settlements(request: Request, _caller: Reading, asked: Annotated[StatementsQuestion, Query()]) -> Response:
    """List received statements, the newest day first, with the outcome of their last reconciliation."""
    with service_of(request).platform.ledger.read() as connection:
        rows = view.statement_rows(connection, iso=asked.iso, first=asked.first, last=asked.last)
    return rows_response(request, rows, asked)


@routes.get("/settlements/{statement_id}", response_class=Response, responses=document_answer(STATEMENT))
def one_settlement(request: Request, _caller: Reading, statement_id: StatementId) -> Response:
    """One statement whole: charges per day beside what we expect, variances by cause, disputes."""
    service = service_of(request)
    with service.platform.ledger.read() as connection:
        document = view.statement_view(connection, _found(service, statement_id))
    return Response(to_json(document), media_type="application/json")


RECONCILED = {
    "sha256": "9f86d081…",
    "compared_lines": 24,
    "matched_lines": 24,
    "unexplained_usd": "0.00",
    "disputes": 0,
}


@routes.post("/settlements/{statement_id}/reconcile", response_class=Response, responses=document_answer(RECONCILED))
def reconcile(request: Request, caller: Trading, key: IdempotencyKey, statement_id: StatementId) -> Response:
    """Compare a statement again with what we expect today; doing it again writes nothing unless an input has changed."""
    service = service_of(request)

    def act() -> Response:
        taken = office.reconcile(service.platform, _found(service, statement_id))
        names = ("compared_lines", "matched_lines", "expected_usd", "billed_usd", "explained_usd", "unexplained_usd")
        document = {
            "sha256": taken.statement.sha256,
            **{name: getattr(taken.outcome, name) for name in names},
            "disputes": len(taken.disputes),
            "rows_written": taken.kept.inserted + taken.kept.changed,
        }
        return Response(to_json(document), media_type="application/json")

    return once(request, caller, key, act)


def _found(service: Service, statement_id: str) -> str:
    with service.platform.ledger.read() as connection:
        try:
            return view.find_statement(connection, statement_id)
        except RuleBroken as error:
            raise Problem(404, str(error)) from None


class DisputesQuestion(Paged):
    """Which disputes."""

    iso: Iso | None = None
    state: (
        Literal["drafted", "filed", "open", "granted", "granted in part", "denied", "withdrawn", "expired", "closed"]
        | None
    ) = None


@routes.get("/disputes", response_class=Response, responses=rows_answer())
def disputes(request: Request, _caller: Reading, asked: Annotated[DisputesQuestion, Query()]) -> Response:
    """List disputes, the most urgent first."""
    with service_of(request).platform.ledger.read() as connection:
        rows = view.dispute_rows(connection, iso=asked.iso, state=asked.state)
    return rows_response(request, rows, asked)


@routes.get("/payments", response_class=Response, responses=rows_answer())
def payments(request: Request, _caller: Reading, asked: Annotated[Paged, Query()]) -> Response:
    """List invoices with what was paid on them and what is still open, the next due first."""
    with service_of(request).platform.ledger.read() as connection:
        rows = view.invoice_rows(connection)
    return rows_response(request, rows, asked)
