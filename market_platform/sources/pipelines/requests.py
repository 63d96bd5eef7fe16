"""How Energy Transfer's postings are asked: one CSV a pipeline, gas day and cycle.

Address and parameters as public clients of the postings use them (secondary); a cycle that is not out yet has headings
and no rows.
"""

from collections.abc import Sequence
from datetime import date

from market_platform.errors import NotPublishedYet
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload, Request
from market_platform.sources.pipelines.tables import Cycle, Posting, cycles, postings

PATH = "/ipost/capacity/operationally-available"
EVERYTHING = {
    "f": "csv", "extension": "csv", "searchType": "NOM", "searchString": "", "locType": "ALL", "locZone": "ALL"
}  # fmt: skip


def each_gas_day(_feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for each pipeline and gas day, its cycles as parts: of the running gas day those of the day before."""
    requests = []
    for day in sorted(days):
        due = [cycle for cycle in cycles().values() if day < today or cycle.days_after < 0]
        for posting in postings().values() if day <= today else ():
            parts = tuple(_one(posting, day, cycle) for cycle in due)
            name = f"{posting.asset}_OA_{day:%Y%m%d}"
            requests.append(Request(f"https://{posting.host}{PATH}", name, (day,), parts=parts))
    return requests


def _one(posting: Posting, day: date, cycle: Cycle) -> Request:
    return Request(
        f"https://{posting.host}{PATH}",
        f"{posting.asset}_OA_{day:%Y%m%d}_{cycle.name}.csv",
        (day,),
        params={**EVERYTHING, "asset": posting.asset, "gasDay": f"{day:%m/%d/%Y}", "cycle": str(cycle.code)},
        inspect=holds_rows,
    )


def holds_rows(request: Request, payload: Payload) -> None:
    """Raise NotPublishedYet for a posting with headings only."""
    if len(payload.content.strip().splitlines()) == 1:
        raise NotPublishedYet(f"{request.file_name}: the cycle is not posted yet; it is asked for again later")
