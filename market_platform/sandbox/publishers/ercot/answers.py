"""The addresses of the simulated ERCOT and what they answer."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import parse_qs

import httpx
import pandas as pd

from market_platform.sandbox.publishers.ercot.ancillary import REPORTS as ANCILLARY
from market_platform.sandbox.publishers.ercot.dashboards import display
from market_platform.sandbox.publishers.ercot.disclosure import REPORTS as DISCLOSURE
from market_platform.sandbox.publishers.ercot.grid import REPORTS as GRID
from market_platform.sandbox.publishers.ercot.load import REPORTS as LOAD
from market_platform.sandbox.publishers.ercot.prices import REPORTS as PRICES
from market_platform.sandbox.publishers.ercot.reliability import REPORTS as RELIABILITY
from market_platform.sandbox.publishers.ercot.renewables import REPORTS as RENEWABLES
from market_platform.sandbox.publishers.ercot.report import MOMENT, ZONE, Document, Report
from market_platform.sandbox.world import World

HOSTS = ("api.ercot.com", "ercotb2c.b2clogin.com", "www.ercot.com")
REPORTS: tuple[Report, ...] = (*PRICES, *ANCILLARY, *LOAD, *RENEWABLES, *GRID, *RELIABILITY, *DISCLOSURE)
TOKEN_SECONDS = 3600
LISTED_DAYS = 7
SIMULATED = {"X-Simulated": "market-platform sandbox"}
API = "/api/public-reports/"
POSTED = "%m/%d/%Y %H:%M:%S"


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the real publisher would at ``now``."""
    if request.url.host == "ercotb2c.b2clogin.com":
        return _token(request, now)
    if request.url.host == "api.ercot.com":
        return _api(world, request, now) if _admitted(request, now) else _refused()
    params = dict(request.url.params)
    path = request.url.path
    if path == "/misapp/servlets/IceDocListJsonWS":
        return _list(world, params.get("reportTypeId", ""), now)
    if path == "/misdownload/servlets/mirDownload":
        return _zip(_find(world, params.get("doclookupId", ""), now))
    page = display(world, path, now)
    if page is not None:
        kind = "text/html" if path.endswith(".html") else "application/json"
        return httpx.Response(200, content=page, headers={"Content-Type": kind, **SIMULATED})
    return httpx.Response(404)


def _json(answer: object, status: int = 200) -> httpx.Response:
    return httpx.Response(
        status,
        content=json.dumps(answer, separators=(",", ":")).encode(),
        headers={"Content-Type": "application/json", **SIMULATED},
    )


def _token(request: httpx.Request, now: datetime) -> httpx.Response:
    form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    if form.get("grant_type") != "password" or not form.get("username") or not form.get("password"):
        return _json({"error": "access_denied", "error_description": "The username or password is invalid"}, 400)
    token = f"simulated-token-{int(now.timestamp()) + TOKEN_SECONDS}"
    return _json({"id_token": token, "token_type": "Bearer", "id_token_expires_in": str(TOKEN_SECONDS)})


def _admitted(request: httpx.Request, now: datetime) -> bool:
    found = re.fullmatch(r"Bearer simulated-token-(\d+)", request.headers.get("Authorization", ""))
    return bool(found and int(found[1]) > now.timestamp() and request.headers.get("Ocp-Apim-Subscription-Key"))


def _refused() -> httpx.Response:
    return _json({"statusCode": 401, "message": "Access denied due to invalid token or subscription key"}, 401)


def _api(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    params = dict(request.url.params)
    path = request.url.path.removeprefix(API)
    if found := re.fullmatch(r"archive/([\w-]+)", path):
        if "download" in params:
            return _zip(_find(world, params["download"], now))
        return _archive(world, found[1], params, now)
    if (found := re.fullmatch(r"archive/([\w-]+)/download", path)) and request.method == "POST":
        return _many(world, json.loads(request.content).get("docIds", []), now)
    for report in REPORTS:
        if path == f"{report.product.lower()}/{report.table}" and report.table:
            return _query(world, report, params, now)
    return _json({"statusCode": 404, "message": "Resource not found"}, 404)


def _documents(world: World, reports: list[Report], first: date, last: date, now: datetime) -> list[Document]:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [each for report in reports for day in days for each in report.documents(world, day, now)]


def _list(world: World, number: str, now: datetime) -> httpx.Response:
    reports = [report for report in REPORTS if str(report.report_type) == number]
    today = now.astimezone(ZONE).date()
    lead = max((-report.posted[0] for report in reports if report.posted), default=0)
    late = max((report.posted[0] for report in reports if report.posted), default=0)
    first, last = (
        today - timedelta(days=LISTED_DAYS + max(late, 0)),
        today + timedelta(days=max(lead, 0) - max(late, 0)),
    )
    entries = []
    for each in sorted(_documents(world, reports, first, last, now), key=lambda one: one.posted, reverse=True):
        entries += [{"Document": _entry(each, ending)} for ending in ("csv", "xml")]
    return _json({"ListDocsByRptTypeRes": {"DocumentList": entries}})


def _entry(each: Document, ending: str) -> dict[str, str]:
    local = each.posted.astimezone(ZONE)
    return {
        "ExpiredDate": (local + timedelta(days=LISTED_DAYS)).replace(hour=23, minute=59, second=59).isoformat(),
        "ILMStatus": "EXT",
        "SecurityStatus": "P",
        "ContentSize": str(20 * len(each.rows)),
        "Extension": "zip",
        "FileName": "",
        "ReportTypeID": str(each.report.report_type),
        "Prefix": "cdr",
        "FriendlyName": f"{each.friendly_name}{'xhr' if local.fold else ''}_{ending}",
        "ConstructedName": f"{each.constructed_name}_{ending}.zip",
        "DocID": str(each.doc_id),
        "PublishDate": local.replace(microsecond=0).isoformat(),
        "ReportName": each.report.name,
        "DUNS": "0000000000000000",
        "DocCount": "0",
    }


def _find(world: World, number: str, now: datetime) -> Document | None:
    found = re.fullmatch(r"(\d{5})(\d{6})(\d{3})", number)
    if found is None:
        return None
    day = datetime.strptime(found[2], "%y%m%d").replace(tzinfo=ZONE).date()
    reports = [report for report in REPORTS if report.report_type == int(found[1])]
    files = (report.document(world, day, int(found[3]), now) for report in reports)
    return next((each for each in files if each is not None), None)


def _zip(each: Document | None) -> httpx.Response:
    if each is None:
        return httpx.Response(404)
    return httpx.Response(200, content=each.zipped(), headers={"Content-Type": "application/zip", **SIMULATED})


def _archive(world: World, product: str, params: Mapping[str, str], now: datetime) -> httpx.Response:
    reports = [report for report in REPORTS if report.product.lower() == product]
    first = datetime.fromisoformat(params["postDatetimeFrom"])
    last = datetime.fromisoformat(params["postDatetimeTo"])
    lag = max((abs(report.posted[0]) for report in reports if report.posted), default=0) + 1
    days = (first.date() - timedelta(days=lag), last.date() + timedelta(days=lag))
    found = [
        each
        for each in _documents(world, reports, *days, now)
        if first <= each.posted.astimezone(ZONE).replace(tzinfo=None) <= last
    ]
    found.sort(key=lambda each: each.posted, reverse=True)
    size, page = int(params.get("size", "1000")), int(params.get("page", "1"))
    link = f"https://api.ercot.com{API}archive/{product}"
    entries = [
        {
            "docId": each.doc_id,
            "friendlyName": each.friendly_name,
            "postDatetime": f"{each.posted.astimezone(ZONE):%Y-%m-%dT%H:%M:%S}.000",
            "_links": {"endpoint": {"href": f"{link}?download={each.doc_id}"}},
        }
        for each in found[(page - 1) * size : page * size]
    ]
    return _json(
        {"_meta": _meta(len(found), size, page, params), "archives": entries, "_links": {"self": {"href": link}}}
    )


def _many(world: World, numbers: list[int], now: datetime) -> httpx.Response:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in numbers:
            found = _find(world, str(number), now)
            if found is not None:
                archive.writestr(
                    zipfile.ZipInfo(f"{number}.zip", found.posted.astimezone(ZONE).timetuple()[:6]), found.zipped()
                )
    return httpx.Response(200, content=buffer.getvalue(), headers={"Content-Type": "application/zip", **SIMULATED})


def _query(world: World, report: Report, params: Mapping[str, str], now: datetime) -> httpx.Response:
    bounds = [params.get(f"{report.day_field}{end}", "") for end in ("From", "To")]
    if not all(bounds):
        return _json({"statusCode": 400, "message": f"{report.day_field}From and To are needed here"}, 400)
    first, last = (datetime.fromisoformat(bound).date() for bound in bounds)
    documents = _documents(world, [report], first, last, now)
    documents.sort(key=lambda each: each.day, reverse=True)
    if report.day_field == "postedDatetime":
        parts = [each.rows.assign(postedDatetime=f"{each.posted.astimezone(ZONE):{POSTED}}") for each in documents]
    else:
        days = [list(own) for _, own in groupby(documents, lambda each: each.day)]
        parts = [own[0].lines.rows.iloc[own[0].start : own[-1].end] for own in days]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    size, page = int(params.get("size", "1000")), int(params.get("page", "1"))
    answer: dict[str, Any] = {"_meta": _meta(len(rows), size, page, params), "report": _about(report)}
    if documents:
        rows = rows.drop(columns=[MOMENT], errors="ignore")
        names = [(report.api_names or {}).get(heading, api_name(heading)) for heading in rows.columns]
        answer["fields"] = [{"name": name, "label": heading} for name, heading in zip(names, rows.columns, strict=True)]
        part = rows.iloc[(page - 1) * size : page * size]
        columns = [_values(name, part[heading]) for name, heading in zip(names, part.columns, strict=True)]
        answer["data"] = list(zip(*columns, strict=True))
    return _json(answer)


def _meta(total: int, size: int, page: int, params: Mapping[str, str]) -> dict[str, Any]:
    pages = -(-total // size)
    query = {"parameterCount": len(params), "parameters": dict(params)}
    return {"totalRecords": total, "pageSize": size, "totalPages": pages, "currentPage": page, "query": query}


def _about(report: Report) -> dict[str, Any]:
    return {
        "reportName": report.table,
        "reportDisplayName": report.name,
        "reportId": str(report.report_type),
        "reportEMIL": report.product,
        "downloadLimit": 2_000_000,
    }


def api_name(heading: str) -> str:
    """Return the API's name of a column: small first letter, unless it begins with an abbreviation."""
    words = heading.replace("_", " ").split()
    joined = "".join(word[:1].upper() + word[1:] for word in words)
    return joined if re.match(r"[A-Z]{2}", joined) else joined[:1].lower() + joined[1:]


def _values(name: str, column: pd.Series) -> list[object]:
    """Write the cells of a column, each text once: a page has few stamps and places, and many rows."""
    code, kinds = pd.factorize(column, use_na_sentinel=False)
    values = [_value(name, kind) for kind in kinds]
    return [values[number] for number in code]


def _value(name: str, cell: object) -> object:
    """Write a cell as the API does: days and stamps in ISO form, flags as booleans, numbers as numbers."""
    text = str(cell).strip() if cell is not None and cell == cell else ""
    if not text:
        return None
    if name.lower().endswith(("flag",)):
        return text == "Y"
    if found := re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d:\d\d(?::\d\d)?))?", text):
        day = f"{found[3]}-{found[1]}-{found[2]}"
        return f"{day}T{found[4]}" if found[4] else day
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d*\.\d+(?:e-?\d+)?", text) else text
