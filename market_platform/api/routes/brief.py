"""The market briefs that were written: which days there are, and one day as page or PDF."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from market_platform.api.asking import Paged
from market_platform.api.documented import rows_answer
from market_platform.api.formats import accepted
from market_platform.api.ledger_rows import rows_response
from market_platform.api.problems import Problem
from market_platform.api.security import Reading
from market_platform.api.service import service_of
from market_platform.defs.marts.brief_files import brief_file, written_briefs

routes = APIRouter(prefix="/brief", tags=["brief"])

MEDIA_TYPES = {"html": "text/html", "pdf": "application/pdf"}
FORM_OF = {
    "text/html": "html",
    "text/*": "html",
    "*/*": "html",
    "application/problem+json": "html",
    "application/pdf": "pdf",
    "application/*": "pdf",
}
# The page fetches nothing and runs nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
BriefName = Annotated[
    str,
    Path(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(\.html|\.pdf)?$",
        description="Market day; with `.html` or `.pdf` the ending overrules the Accept header",
        examples=["2026-11-20"],
    ),
]
LISTED = {
    "market_day": "2026-11-20",
    "written_at": "2026-11-21T14:30:05Z",
    "page": "/v1/brief/2026-11-20.html",
    "pdf": "/v1/brief/2026-11-20.pdf",
}
BRIEF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The brief: one self-contained page, or a PDF",
        "content": {
            MEDIA_TYPES["html"]: {"schema": {"type": "string"}},
            MEDIA_TYPES["pdf"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@routes.get("", response_class=Response, responses=rows_answer(example=[LISTED]))
def briefs(request: Request, _caller: Reading, asked: Annotated[Paged, Query()]) -> Response:
    """List the days that have a brief, the newest first."""
    rows = [
        {
            "market_day": day,
            "written_at": written_at,
            "page": f"/v1/brief/{day}.html",
            "pdf": f"/v1/brief/{day}.pdf",
        }
        for day, written_at in written_briefs(service_of(request).platform)
    ]
    return rows_response(request, rows, asked)


@routes.get("/{market_day}", response_class=Response, responses=BRIEF)
def brief(request: Request, _caller: Reading, market_day: BriefName) -> Response:
    """One day's brief as a page, or as PDF where the client asks for that."""
    day, _, ending = market_day.partition(".")
    form = ending or _wanted_form(request.headers.get("accept", ""))
    file = brief_file(service_of(request).platform, day, form)
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise Problem(404, f"no brief of {day}: `market-platform brief --day {day}` writes it") from None
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-cache", "Vary": "accept"}
    return Response(content, headers=headers, media_type=MEDIA_TYPES[form])


def _wanted_form(accept: str) -> str:
    for media in accepted(accept or "*/*"):
        if media in FORM_OF:
            return FORM_OF[media]
    raise Problem(406, f"accept one of {', '.join(MEDIA_TYPES.values())}")
