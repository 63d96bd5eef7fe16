"""Data Miner's own behaviour: keys, ranges, filters, order, fields, pages, the archive's rules, JSON and CSV."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

import httpx
import numpy as np
import pandas as pd

from market_platform.sandbox.publishers.csv_text import laid_out
from market_platform.sandbox.publishers.pjm.bids import capacity_workbook
from market_platform.sandbox.publishers.pjm.catalogue import SHEETS
from market_platform.sandbox.publishers.pjm.sheets import ZONE, Sheet
from market_platform.sandbox.world import World

HOSTS = ("api.pjm.com", "www.pjm.com")
WORKBOOK = re.compile(r"/-/media/.*/(20\d\d)-20\d\d-(?:bra|base-residual-auction)-results\.xlsx")
AUCTION_AFTER = (5, 30)  # the base residual auction is out before the delivery year begins
ROOT = "https://api.pjm.com/api/v1"
KEY_HEADER = "Ocp-Apim-Subscription-Key"
MOST_ROWS = 50_000
MOST_DAYS = 366
CONTROLS = {"rowcount", "startrow", "sort", "order", "fields", "isactivemetadata", "format", "download"}
MOMENTS = ("%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y", "%Y-%m-%d")


class Refused(Exception):
    """Data Miner refuses a request; the message is its own."""


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as PJM would at ``now``."""
    if book := WORKBOOK.fullmatch(request.url.path):
        year = int(book[1])
        out = now.astimezone(ZONE).date() >= date(year, *AUCTION_AFTER)
        return _sent(capacity_workbook(world, year), "application/octet-stream") if out else httpx.Response(404)
    if not request.headers.get(KEY_HEADER):
        return _complaint(401, "Access denied due to missing subscription key.")
    found = re.fullmatch(r"/api/v1/(\w+)(/metadata)?", request.url.path)
    sheet = SHEETS.get(found[1]) if found else None
    if found is None or sheet is None:
        return _complaint(404, "Resource not found")
    asked = {name.lower(): value for name, value in request.url.params.items()}
    try:
        rows = _pageable(world, found[1], sheet, asked, now)
        return _answer(found[1], rows, dict(request.url.params), asked, sheet)
    except Refused as refusal:
        return httpx.Response(400, json={"errors": [{"field": "query", "message": str(refusal)}]})


def _complaint(status: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"statusCode": status, "message": message})


def _pageable(world: World, name: str, sheet: Sheet, asked: dict[str, str], now: datetime) -> pd.DataFrame:
    """Return the rows that a page is cut from. The pages after the first are of the moment of the first."""
    question = (name, *sorted((word, value) for word, value in asked.items() if word != "startrow"))
    if int(asked.get("startrow", 1)) > 1:
        return world.answers.recall(question, lambda: _rows(world, sheet, asked, now))
    rows = _rows(world, sheet, asked, now)
    return world.answers.keep(question, rows) if len(rows) > int(asked.get("rowcount", 100)) else rows


def _rows(world: World, sheet: Sheet, asked: dict[str, str], now: datetime) -> pd.DataFrame:
    """Return the rows that pass the range and the filters, in order."""
    span = _span(sheet, asked)
    used = (f"{sheet.stamp}_ept", f"{sheet.stamp}_utc", sheet.day_column)
    filters = {name: value for name, value in asked.items() if name not in CONTROLS and name not in used}
    archived = _check_archive(sheet, span, asked, filters, now)
    days = sheet.days_of(asked.get(sheet.day_column, "")) if sheet.days_of else _days(sheet, span, now)
    frames = [frame for day in days if len(frame := sheet.write(world, day, now))]
    if not frames:
        return pd.DataFrame()
    rows = _with_eastern(pd.concat(frames, ignore_index=True))
    if span is not None:
        moments = rows[_stamp_column(sheet, rows, span[2])]
        rows = rows[(moments >= span[0]) & (moments <= span[1])]
    for name, value in filters.items():
        if name not in rows:
            raise Refused(f"{name} is not a field of this feed")
        rows = rows[_passes(rows[name], value)]
    if archived:
        return rows
    order = asked.get("sort") or ""
    if order and order in rows:
        rows = rows.sort_values(order, ascending=asked.get("order", "Asc").lower() != "desc", kind="stable")
    return rows


def _span(sheet: Sheet, asked: dict[str, str]) -> tuple[pd.Timestamp, pd.Timestamp, str] | None:
    """Return first and last moment (naive, inclusive) of the range asked for, and the clock it is in."""
    for clock in ("ept", "utc"):
        text = asked.get(f"{sheet.stamp}_{clock}")
        if text is not None:
            first, _, last = text.partition("to")
            start = _moment(first)
            return start, _moment(last) if last else start, clock
    return None


def _moment(text: str) -> pd.Timestamp:
    text = re.sub(r"\.\d+$", "", text.strip())
    for pattern in MOMENTS:
        found = pd.to_datetime(text, format=pattern, errors="coerce")
        if not pd.isna(found):
            return found
    raise Refused(f"{text} is not a date")


def _check_archive(
    sheet: Sheet,
    span: tuple[pd.Timestamp, pd.Timestamp, str] | None,
    asked: dict[str, str],
    filters: dict[str, str],
    now: datetime,
) -> bool:
    """Hold a request against the rules of long and archived ranges; tell whether it reads the archive."""
    if span is None:
        return False
    first, last = span[0].date(), span[1].date()
    if (last - first).days >= MOST_DAYS:
        raise Refused("The date range may not be longer than 366 days")
    if sheet.archive_days is None:
        return False
    line = now.astimezone(ZONE).date() - timedelta(days=sheet.archive_days)
    if first >= line:
        return False
    if last >= line:
        raise Refused("The date range may not cover both standard and archived data")
    if first.year != last.year:
        raise Refused("A range of archived data must lie within one calendar year")
    if set(filters) - {"row_is_current"} or asked.get("fields") or asked.get("sort"):
        raise Refused("Archived data can be filtered by date and version only")
    return True


def _stamp_column(sheet: Sheet, rows: pd.DataFrame, clock: str) -> str:
    name = f"{sheet.stamp}_{clock}"
    if name not in rows:
        raise Refused(f"{name} is not a field of this feed")
    return name


def _days(sheet: Sheet, span: tuple[pd.Timestamp, pd.Timestamp, str] | None, now: datetime) -> Iterator[date]:
    """Return the market days to write: those of the range, without a range what stands now."""
    if span is None:
        today = now.astimezone(ZONE).date()
        yield from (today - timedelta(days=back) for back in range(sheet.days_back, -1, -1))
        return
    zone = ZONE if span[2] == "ept" else "UTC"
    day, last = (_local_day(moment, zone) for moment in span[:2])
    while day <= last:
        yield day
        day += timedelta(days=1)


def _local_day(moment: pd.Timestamp, zone: object) -> date:
    aware = moment.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return aware.tz_convert(ZONE).date()


def _with_eastern(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the Eastern twin beside each UTC column; both are written without a mark."""
    columns: dict[str, pd.Series] = {}
    for name, column in rows.items():
        if str(name).endswith("_utc"):
            columns[str(name)] = column.dt.tz_localize(None)
            columns[str(name).removesuffix("_utc") + "_ept"] = column.dt.tz_convert(ZONE).dt.tz_localize(None)
        else:
            columns[str(name)] = column
    return pd.DataFrame(columns)


def _passes(column: pd.Series, value: str) -> np.ndarray:
    """Apply one filter: a list with semicolons, a text with stars, TRUE or FALSE, ``exact`` behind a date."""
    wanted = [part.strip().lower() for part in value.removesuffix("exact").split(";")]
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.isin([_moment(part) for part in wanted]).to_numpy()
    patterns = re.compile("|".join(re.escape(part).replace(r"\*", ".*") for part in wanted))
    code, texts = _texts(column, "json")
    passing = [patterns.fullmatch(text.strip('"').lower()) is not None for text in texts]
    return np.array(passing, dtype=bool)[code]


def _answer(
    name: str, rows: pd.DataFrame, given: dict[str, str], asked: dict[str, str], sheet: Sheet
) -> httpx.Response:
    total = len(rows)
    start, count = int(asked.get("startrow", 1)), int(asked.get("rowcount", 100))
    if not 1 <= count <= MOST_ROWS or start < 1:
        raise Refused(f"RowCount must lie between 1 and {MOST_ROWS}")
    if asked.get("fields") and len(rows):
        wanted = [field.strip() for field in asked["fields"].split(",")]
        strange = [field for field in wanted if field not in rows]
        if strange:
            raise Refused(f"{strange} are not fields of this feed")
        rows = rows[[field for field in rows if field in wanted]]
    whole = asked.get("download", "").lower() == "true"
    page = rows if whole else rows.iloc[start - 1 : start - 1 + count]
    if asked.get("format", "json").lower() == "csv":
        return _sent(_csv(page, sheet), "text/csv")
    items = _items(page, sheet)
    if whole:
        return _sent(b"[" + items + b"]", "application/json")
    envelope = {
        "links": _links(name, given, start, count, total),
        "items": [],
        "searchSpecification": {"rowCount": count, "startRow": start, "order": asked.get("order", "Asc")},
        "totalRows": total,
    }
    head, _, tail = json.dumps(envelope, separators=(",", ":")).partition('"items":[]')
    return _sent(f'{head}"items":['.encode() + items + f"]{tail}".encode(), "application/json")


def _links(name: str, given: dict[str, str], start: int, count: int, total: int) -> list[dict[str, str]]:
    def address(first: int) -> str:
        kept = {key: value for key, value in given.items() if key.lower() != "startrow"}
        return f"{ROOT}/{name}?{urlencode({**kept, 'startRow': first})}"

    links = [{"rel": "self", "href": address(start)}]
    if start + count <= total:
        links.append({"rel": "next", "href": address(start + count)})
    return [*links, {"rel": "metadata", "href": f"{ROOT}/{name}/metadata"}]


def _sent(content: bytes, kind: str) -> httpx.Response:
    return httpx.Response(
        200, content=content, headers={"Content-Type": kind, "X-Simulated": "market-platform sandbox"}
    )


def _items(rows: pd.DataFrame, sheet: Sheet) -> bytes:
    if not len(rows):
        return b""
    begins = [f'{mark}"{name}":' for mark, name in zip(["{", *"," * len(rows.columns)], rows.columns, strict=False)]
    ends = [*[""] * (len(rows.columns) - 1), "},"]
    return bytes(laid_out(_columns(rows, "json", sheet.places, begins, ends))[:-1])


def _csv(rows: pd.DataFrame, sheet: Sheet) -> bytes:
    head = b"\xef\xbb\xbf" + (",".join(rows.columns) + "\r\n").encode()
    if not len(rows):
        return head
    ends = [*[","] * (len(rows.columns) - 1), "\r\n"]
    return head + laid_out(_columns(rows, "csv", sheet.places, [""] * len(ends), ends))


def _columns(
    rows: pd.DataFrame, form: str, places: int, begins: Sequence[str], ends: Sequence[str]
) -> Iterator[tuple[list[str], np.ndarray]]:
    for name, begin, end in zip(rows.columns, begins, ends, strict=True):
        code, texts = _texts(rows[name], form, places)
        yield [f"{begin}{text}{end}" for text in texts], code


def _texts(column: pd.Series, form: str, places: int = 6) -> tuple[np.ndarray, pd.Series]:
    """Write a column as the JSON or the CSV has it, each of its values once: stamps and names come again and again."""
    code, kinds = pd.factorize(column, use_na_sentinel=False)
    return code, _written(pd.Series(kinds, dtype=column.dtype), form, places)


def _written(column: pd.Series, form: str, places: int) -> pd.Series:
    blank = column.isna()
    if pd.api.types.is_datetime64_any_dtype(column):
        if form == "json":
            texts = '"' + column.dt.strftime("%Y-%m-%dT%H:%M:%S") + '"'
        else:
            hour = column.dt.strftime("%I").str.lstrip("0")
            day = column.dt.month.astype(str) + "/" + column.dt.day.astype(str) + "/" + column.dt.year.astype(str)
            texts = day + " " + hour + column.dt.strftime(":%M:%S %p")
    elif pd.api.types.is_bool_dtype(column):
        texts = column.map({True: "true", False: "false"} if form == "json" else {True: "True", False: "False"})
    elif pd.api.types.is_float_dtype(column):
        rounded = column.round(places) + 0.0
        texts = pd.Series([f"{value:.{places}f}" for value in rounded], index=column.index)
    elif pd.api.types.is_integer_dtype(column):
        texts = column.astype(str)
    else:
        quote = json.dumps if form == "json" else _csv_cell
        texts = column.map(lambda value: quote(str(value)), na_action="ignore")
    return texts.astype("object").where(~blank, "null" if form == "json" else "")


def _csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\n]', text) else text
