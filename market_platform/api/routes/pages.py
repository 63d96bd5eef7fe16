"""The pages that a person opens: the dashboard. The page holds no data: what it shows it asks for with the person's key."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

PAGES = Path(__file__).parents[1] / "pages"
MEDIA_TYPES = {"dashboard.html": "text/html", "dashboard.css": "text/css", "dashboard.js": "text/javascript"}
# Only what this server gives may run or load, and nobody may frame the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

routes = APIRouter(include_in_schema=False)


@routes.get("/")
def root() -> Response:
    """Lead to the dashboard."""
    return RedirectResponse("/dashboard")


@routes.get("/dashboard")
def dashboard() -> Response:
    """Give the page."""
    return _page("dashboard.html")


@routes.get("/dashboard.css")
def styles() -> Response:
    """Give its styles."""
    return _page("dashboard.css")


@routes.get("/dashboard.js")
def script() -> Response:
    """Give its script."""
    return _page("dashboard.js")


def _page(name: str) -> Response:
    headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-cache"}
    return Response(_bytes(name), headers=headers, media_type=MEDIA_TYPES[name])


@cache
def _bytes(name: str) -> bytes:
    return (PAGES / name).read_bytes()
