"""How to ask ERCOT: query of the public API, its archive, the document list that needs no account.

Rules (facts of the feeds): the API wants a token and a subscription key with each call, thirty calls a minute at most;
queries answer for about ninety days, archives for seven years and by the moment of posting; document lists
(``IceDocListJsonWS``) reach back about seven days and may be asked no more than three times as often as a report is posted.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

import pandas as pd

from market_platform.errors import Gone, NotPublishedYet, Rejected, UnreadablePayload
from market_platform.sources.credentials import Credentials, NotHeld
from market_platform.sources.ercot.reading import ROWS_BEGIN, document, page
from market_platform.sources.feed import Feed, Unread
from market_platform.sources.login import Login, Token
from market_platform.sources.paging import Incomplete
from market_platform.sources.payload import Payload, Request

BASE_URL = "https://api.ercot.com/api/public-reports"
SITE = "https://www.ercot.com"
LIST_URL = f"{SITE}/misapp/servlets/IceDocListJsonWS"
DOCUMENT_URL = f"{SITE}/misdownload/servlets/mirDownload"
TOKEN_URL = "https://ercotb2c.b2clogin.com/ercotb2c.onmicrosoft.com/B2C_1_PUBAPI-ROPC-FLOW/oauth2/v2.0/token"  # noqa: S105 - an address
# The public client id of ERCOT's registration guide, the same for everybody.
CLIENT_ID = "fec253ea-0d06-4272-a5e6-b478baeecd70"
TOKEN_LIFETIME = timedelta(hours=1)
KEY_HEADER = "Ocp-Apim-Subscription-Key"
ROWS_PER_PAGE = 100_000
DOCUMENTS_PER_CALL = 1000
QUERY_DAYS = 90
LISTED_DAYS = 7
MIDNIGHT = timedelta(0)
DAY = timedelta(days=1)
PACE_SECONDS = 2.0  # thirty calls a minute
SITE_PACE_SECONDS = 1.0
# Days and feeds of one refresh share a list: asked for each of them it would be asked too often.
LIST_GOOD_FOR_SECONDS = 60.0


@dataclass(frozen=True)
class Ask:
    """How one feed is asked for.

    ``path`` is the API's table below the product, blank where the product has none; ``stamp`` the field that days are
    asked by. ``report_type`` numbers the document list. ``posted`` is when the files of a market day are posted: from
    and until, counted from the day's local midnight. ``newest`` takes only the last file posted in that time.
    """

    product: str
    path: str = ""
    stamp: str = "deliveryDate"
    report_type: int | None = None
    posted: tuple[timedelta, timedelta] = (MIDNIGHT, DAY)
    newest: bool = False

    def __call__(self, feed: Feed, days: Sequence[date], today: date) -> list[Request]:
        """Return one request a market day: a query for recent days, the archive for others, the list beside both."""
        return [self._day(feed, day, (today - day).days - self.posted[0].days) for day in sorted(set(days))]

    def _day(self, feed: Feed, day: date, age: int) -> Request:
        listed = (self._list(feed, day),) if self.report_type is not None and age <= LISTED_DAYS else ()
        if self.path and age <= QUERY_DAYS:
            return replace(
                self._query(feed, day), alternatives=listed if age <= LISTED_DAYS else (self._archive(feed, day),)
            )
        if listed and not self.path:
            return listed[0]
        return replace(self._archive(feed, day), alternatives=listed, archived=age > LISTED_DAYS)

    def _query(self, feed: Feed, day: date) -> Request:
        timed = self.stamp.lower().endswith(("timestamp", "datetime", "ending"))
        bounds = (f"{day}T00:00:00", f"{day}T23:59:59") if timed else (f"{day}", f"{day}")
        params = {f"{self.stamp}From": bounds[0], f"{self.stamp}To": bounds[1], "page": "1", "size": str(ROWS_PER_PAGE)}
        return Request(
            f"{BASE_URL}/{self.product.lower()}/{self.path}", f"{feed.key}_{day:%Y%m%d}.json", (day,), params=params
        )

    def _archive(self, feed: Feed, day: date) -> Request:
        first, last = self._window(day)
        params = {
            "postDatetimeFrom": f"{first:%Y-%m-%dT%H:%M:%S}",
            "postDatetimeTo": f"{last:%Y-%m-%dT%H:%M:%S}",
            "size": str(DOCUMENTS_PER_CALL),
            "page": "1",
        }
        name = f"{feed.key}_archive_{day:%Y%m%d}.json"
        return Request(f"{BASE_URL}/archive/{self.product.lower()}", name, (day,), params=params)

    def _list(self, feed: Feed, day: date) -> Request:
        params = {"reportTypeId": str(self.report_type)}
        name = f"{feed.key}_list_{day:%Y%m%d}.json"
        return Request(LIST_URL, name, (day,), params=params, good_for_seconds=LIST_GOOD_FOR_SECONDS)

    def _window(self, day: date) -> tuple[datetime, datetime]:
        midnight = datetime.combine(day, time())
        return midnight + self.posted[0], midnight + self.posted[1]

    def wanted(self, day: date, posted: datetime) -> bool:
        """Tell whether a file that was posted then (naive, local) belongs to a market day."""
        first, last = self._window(day)
        return first <= posted < last


def next_page(request: Request, pages: Sequence[Payload]) -> Request | None:
    """Return the request for the next page, or None where all announced rows or documents are there.

    Raises Incomplete where they do not add up, NotPublishedYet (or, from the archive, Gone) where there is nothing.
    """
    if not request.url.startswith(BASE_URL) or request.method != "GET":
        return None
    counts, metas = zip(*(_counted(each) for each in pages), strict=True)
    total, last = metas[0].get("totalRecords"), metas[-1]
    if not isinstance(total, int) or last.get("totalRecords") != total:
        raise Incomplete(
            f"{request.file_name}: the count of records changed between pages; nothing is stored, ask again"
        )
    if total == 0 and request.archived:
        raise Gone(f"{request.file_name}: the archive holds nothing that was posted for {_days(request)}")
    if total == 0:
        raise NotPublishedYet(f"{request.file_name}: ERCOT has no row for {_days(request)} yet; asked for again later")
    number, of = int(last.get("currentPage", len(pages))), int(last.get("totalPages", 1))
    if number < of and counts[-1]:
        return replace(request, params={**request.params, "page": str(number + 1)})
    if sum(counts) != total:
        raise Incomplete(
            f"{request.file_name}: {sum(counts)} records came in {len(pages)} pages where {total} were announced; "
            "nothing of it is stored, ask again"
        )
    return None


def _counted(answer: Payload) -> tuple[int, dict[str, object]]:
    if b'"archives"' in answer.content:
        listing = document(answer)
        return len(listing["archives"]), _meta(answer, listing)
    if not ROWS_BEGIN.search(answer.content):  # where there is no row the key is missing
        return 0, _meta(answer, document(answer))
    found = page(answer)
    return found.rows, _meta(answer, found.envelope)


def _meta(answer: Payload, envelope: dict[str, object]) -> dict[str, object]:
    meta = envelope.get("_meta")
    if not isinstance(meta, dict):
        raise Rejected(f"{answer.name}: ERCOT's answer has no _meta: {answer.content[:300].decode('utf-8', 'replace')}")
    return meta


def follow(feed: Feed, request: Request, payloads: Sequence[Payload], unread: Unread) -> list[Request] | None:
    """Return what to fetch where the answer is a list of documents; None where it is data.

    A document never changes, a correction comes as another one: what was read whole is not fetched again.
    Raises NotPublishedYet where the list holds nothing for the days, Gone where it would by now.
    """
    if not isinstance(feed.request, Ask) or request.parts:
        return None
    if request.url == LIST_URL:
        return _from_list(feed.request, request, payloads[0], unread)
    if request.url.startswith(f"{BASE_URL}/archive/") and request.method == "GET":
        return _from_archive(request, payloads, unread)
    return None


def _from_list(ask: Ask, request: Request, payload: Payload, unread: Unread) -> list[Request]:
    answer = document(payload)
    try:
        listed = [entry["Document"] for entry in answer["ListDocsByRptTypeRes"]["DocumentList"]]
    except (KeyError, TypeError) as error:
        raise UnreadablePayload(f"{payload.name}: this is no document list ({error!r}); fetch it again") from error
    (day,) = request.days
    found = sorted(
        (posted, str(one["DocID"]), str(one["ConstructedName"]))
        for one in listed
        if not one["FriendlyName"].lower().endswith("xml")
        and ask.wanted(day, posted := pd.Timestamp(one["PublishDate"]).tz_localize(None).to_pydatetime())
    )
    if not found:
        raise NotPublishedYet(f"{request.file_name}: the list has no document for {day}; it is asked for again later")
    names = {number: name for _, number, name in (found[-1:] if ask.newest else found)}
    wanted = unread(list(names))
    if not wanted:
        return []
    parts = tuple(
        Request(DOCUMENT_URL, names[number], request.days, params={"doclookupId": number}) for number in wanted
    )
    stem = request.file_name.replace(".json", "")
    return [Request(DOCUMENT_URL, stem, request.days, parts=parts, documents=tuple(wanted))]


def _from_archive(request: Request, payloads: Sequence[Payload], unread: Unread) -> list[Request]:
    found = [entry for payload in payloads for entry in document(payload)["archives"]]
    if not found:
        raise Gone(f"{request.file_name}: the archive holds nothing that was posted for {_days(request)}")
    wanted = unread([str(number) for number in sorted(int(entry["docId"]) for entry in found)])
    if not wanted:
        return []
    numbers = [int(number) for number in wanted]
    groups = [numbers[at : at + DOCUMENTS_PER_CALL] for at in range(0, len(numbers), DOCUMENTS_PER_CALL)]
    name = request.file_name.replace(".json", "")
    parts = tuple(
        Request(
            f"{request.url}/download",
            f"{name}_{place:02d}.zip",
            request.days,
            method="POST",
            headers={"Content-Type": "application/json"},
            body=json.dumps({"docIds": group}).encode(),
        )
        for place, group in enumerate(groups)
    )
    return [Request(request.url, name, request.days, parts=parts, archived=True, documents=tuple(wanted))]


def snapshot(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for a dashboard, which shows the present only."""
    return [Request(f"{SITE}/{feed.dataset}", f"{feed.key}_{today:%Y%m%d}.json", (today,))] if days else []


def sign(request: Request, credentials: Credentials) -> Request:
    """Put token and subscription key on a request to the API; other addresses need none. Raises NotHeld."""
    if not request.url.startswith(BASE_URL):
        return request
    key, token = credentials.get("ercot_key"), credentials.get("ercot_token")
    if key is None or token is None:
        raise NotHeld(_without_account(request.file_name))
    return replace(
        request,
        headers={**request.headers, "Authorization": f"Bearer {token}", KEY_HEADER: key},
        secrets=(*request.secrets, token, key),
    )


def _token_request(credentials: Credentials) -> Request:
    user, password = credentials.get("ercot_user"), credentials.get("ercot_password")
    if user is None or password is None or credentials.get("ercot_key") is None:
        raise NotHeld(_without_account("token"))
    form = {
        "grant_type": "password",
        "username": user,
        "password": password,
        "response_type": "id_token",
        "scope": f"openid {CLIENT_ID} offline_access",
        "client_id": CLIENT_ID,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(form).encode()
    return Request(TOKEN_URL, "token", (), method="POST", headers=headers, body=body, secrets=(password, user))


def _read_token(answer: Payload) -> Token:
    try:
        given = json.loads(answer.content)
        return Token(str(given["id_token"]), _lifetime(given))
    except (ValueError, KeyError, TypeError) as error:
        raise Rejected("token: ERCOT's answer holds no id_token; check user and password") from error


def _lifetime(given: dict[str, object]) -> timedelta:
    seconds = given.get("id_token_expires_in", given.get("expires_in", ""))
    return timedelta(seconds=int(str(seconds))) if re.fullmatch(r"\d+", str(seconds)) else TOKEN_LIFETIME


def _without_account(name: str) -> str:
    return (
        f"{name}: ERCOT's public API answers nobody without an account; register at apiexplorer.ercot.com (it is free) "
        "and set MARKET_PLATFORM_ERCOT_USER, MARKET_PLATFORM_ERCOT_PASSWORD and MARKET_PLATFORM_ERCOT_KEY"
    )


def _days(request: Request) -> str:
    return ", ".join(str(day) for day in request.days)


LOGIN = Login("ercot_token", BASE_URL, _token_request, _read_token)
