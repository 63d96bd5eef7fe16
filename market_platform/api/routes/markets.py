"""Markets: what there is, prices now and then, forecasts, and every feed by its name."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from market_platform.api.answering import answer_document, answer_rows
from market_platform.api.asking import Rows, filters_of, question_model
from market_platform.api.documented import document_answer, example_row, row_schema, rows_answer
from market_platform.api.problems import Problem
from market_platform.api.routes.views import equal_of
from market_platform.api.security import Reading
from market_platform.api.service import service_of
from market_platform.contracts.families.forecasts import FORECASTS
from market_platform.contracts.families.prices import LMP
from market_platform.ingest.status import feed_statuses
from market_platform.markets.market import MARKETS
from market_platform.sources.catalogue import FEEDS, PUBLISHERS

MARKET_KEYS = tuple(key for key in MARKETS if key in PUBLISHERS)
Iso = Annotated[str, Path(json_schema_extra={"enum": list(MARKET_KEYS)}, description="Market", examples=["pjm"])]
Publisher = Annotated[str, Path(json_schema_extra={"enum": list(PUBLISHERS)}, description="Market or publisher")]

RENAMED = {"market_run": "market"}
ONE_PRICE = ("market_run", "location", "location_type")
PricesQuestion = question_model("PricesQuestion", LMP, fixed=("market",), renamed=RENAMED)
PRICE_FILTERS = filters_of(LMP, ("market",), RENAMED)
ForecastQuestion = question_model("ForecastQuestion", FORECASTS, fixed=("market",))
FORECAST_FILTERS = filters_of(FORECASTS, ("market",), {})

routes = APIRouter(tags=["markets"])


def known_market(iso: str) -> str:
    """Return the market's key. Raises Problem 404 where there is no such market."""
    if iso not in MARKET_KEYS:
        raise Problem(404, f"no market {iso[:40]}; there are {', '.join(MARKET_KEYS)}")
    return iso


MARKETS_EXAMPLE = {
    "rows": [
        {"market": "pjm", "name": "PJM Interconnection", "zone": "America/New_York", "feeds": 85, "kind": "market"}
    ]
}


@routes.get("/markets", response_class=Response, responses=document_answer(MARKETS_EXAMPLE))
def markets(request: Request, _caller: Reading) -> Response:
    """List the markets and the other publishers."""
    rows = [
        {
            "market": publisher.key,
            "name": publisher.name,
            "zone": MARKETS[publisher.key].zone_name if publisher.key in MARKETS else None,
            "kind": "market" if publisher.key in MARKETS else "publisher",
            "feeds": len(publisher.feeds),
        }
        for publisher in PUBLISHERS.values()
    ]
    return answer_document(request, {"rows": rows}, from_catalog=False)


FEEDS_EXAMPLE = {
    "rows": [
        {
            "feed": "pjm_dam_lmp_hub",
            "title": "Day-ahead LMP of hubs",
            "table": "lmp",
            "last_interval_end": "2026-11-21T05:00:00Z",
            "age_minutes": 12.0,
            "coverage_percent": 100.0,
        }
    ]
}


@routes.get("/markets/{iso}", response_class=Response, responses=document_answer(FEEDS_EXAMPLE))
def market(request: Request, _caller: Reading, iso: Publisher) -> Response:
    """List a publisher's feeds with how they stand: last interval, age, coverage and gaps."""
    if iso not in PUBLISHERS:
        raise Problem(404, f"no market or publisher {iso[:40]}; there are {', '.join(PUBLISHERS)}")
    service = service_of(request)
    rows = [
        {
            "feed": status.feed,
            "title": FEEDS[status.feed].title,
            "table": FEEDS[status.feed].contract.name,
            "last_interval_end": status.last_interval_end,
            "age_minutes": status.age_minutes,
            "coverage_percent": status.coverage_percent,
            "gaps": status.gaps,
            "last_outcome": status.last_outcome or None,
        }
        for status in feed_statuses(service.platform.ledger, service.now())
        if FEEDS[status.feed].publisher == iso
    ]
    return answer_document(request, {"rows": rows}, from_catalog=False)


@routes.get(
    "/markets/{iso}/prices",
    response_class=Response,
    responses=rows_answer(row_schema(LMP), [example_row(LMP)]),
)
def prices(request: Request, _caller: Reading, iso: Iso, asked: Annotated[Rows, Query()]) -> Response:
    """LMP: without days the latest of every location and run, with days a range; ``as_of`` gives what was known then."""
    equal = equal_of(asked, PRICE_FILTERS, {"market": (known_market(iso),)})
    return answer_rows(request, LMP, asked, equal, once=ONE_PRICE)


@routes.get(
    "/markets/{iso}/forecast",
    response_class=Response,
    responses=rows_answer(row_schema(FORECASTS), [example_row(FORECASTS)]),
)
def forecast(request: Request, _caller: Reading, iso: Iso, asked: Annotated[Rows, Query()]) -> Response:
    """Forecasts of the platform with quantiles, model and moment of issue; without days those of the last day issued."""
    equal = equal_of(asked, FORECAST_FILTERS, {"market": (known_market(iso),)})
    return answer_rows(request, FORECASTS, asked, equal)


prices.__annotations__["asked"] = Annotated[PricesQuestion, Query()]
forecast.__annotations__["asked"] = Annotated[ForecastQuestion, Query()]


class FeedQuestion(Rows):
    """Rows of a feed; a family with locations may be asked for some of them."""

    location: list[Annotated[str, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]] = []  # noqa: RUF012


def feed_rows(
    request: Request, _caller: Reading, iso: Publisher, feed: Annotated[str, Path(examples=["pjm_dam_lmp_hub"])],
    asked: Annotated[FeedQuestion, Query()],
) -> Response:  # fmt: skip
    """Rows of one feed, by its key with or without the publisher before it; without days those of the last market day."""
    found = FEEDS.get(feed) or FEEDS.get(f"{iso}_{feed}")
    if found is None or found.publisher != iso:
        raise Problem(404, f"{iso[:40]} has no feed {feed[:80]}; /v1/markets/{iso[:40]} lists its feeds")
    equal: dict[str, object] = {"feed": (found.key,)}
    if asked.location:
        if "location" not in found.contract.columns:
            raise Problem(422, f"{found.key} has no locations: it fills {found.contract.name}")
        equal["location"] = asked.location
    return answer_rows(request, found.contract, asked, equal)  # type: ignore[arg-type]


def last_routes() -> APIRouter:
    """Return what must come after every other path under ``/markets``."""
    rest = APIRouter(tags=["markets"])
    rest.get("/markets/{iso}/{feed}", response_class=Response, responses=rows_answer())(feed_rows)
    return rest
