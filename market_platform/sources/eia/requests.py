"""How EIA is asked: API routes by range, facets and offset, and files that only exist as they stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from market_platform.sources.credentials import Credentials, NotHeld
from market_platform.sources.eia.answers import MOST_ROWS
from market_platform.sources.eia.release_calendar import FRIDAY
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Request

BASE_URL = "https://api.eia.gov/v2"
STORAGE_URL = "https://ir.eia.gov/ngs"
# An empty answer for a range this old is a mistake in the question; monthly figures appear months later.
SETTLED_DAYS = 30
SETTLED_DAYS_MONTHLY = 150


@dataclass(frozen=True)
class Ask:
    """Asks a route for the range of the days: one request, paged by offset.

    ``period`` is how the route writes its dates, ``hours`` adds the first and last hour of the range (UTC ends).
    """

    frequency: str
    values: tuple[str, ...] = ("value",)
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: str = "%Y-%m-%d"
    weekly: bool = False
    rows_per_page: int = MOST_ROWS

    def __call__(self, feed: Feed, days: Sequence[date], today: date) -> list[Request]:
        """Return the request for the days; none where no storage week ends within them."""
        wanted = sorted(day for day in days if not self.weekly or day.weekday() == FRIDAY)
        if not wanted:
            return []
        first, last = wanted[0], wanted[-1]
        params = {"frequency": self.frequency, "start": self._text(first, 1), "end": self._text(last, 24)}
        params |= {f"data[{place}]": value for place, value in enumerate(self.values)}
        for name, codes in self.facets.items():
            params |= {f"facets[{name}][{place}]": code for place, code in enumerate(codes)}
        params |= {
            "sort[0][column]": "period",
            "sort[0][direction]": "asc",
            "offset": "0",
            "length": str(self.rows_per_page),
        }
        name = f"{feed.key}_{first:%Y%m%d}_{last:%Y%m%d}.json"
        settled = SETTLED_DAYS_MONTHLY if self.frequency == "monthly" else SETTLED_DAYS
        archived = last < today - timedelta(days=settled)
        return [Request(f"{BASE_URL}/{feed.dataset}/data/", name, tuple(wanted), params=params, archived=archived)]

    def _text(self, day: date, hour: int) -> str:
        if "%H" not in self.period:
            return f"{day:{self.period}}"
        end = day + timedelta(days=hour // 24)
        return f"{end:%Y-%m-%d}T{hour % 24:02d}"


@dataclass(frozen=True)
class Lately:
    """Asks a route for everything since ``days_back`` days: one request whose answer also brings late revisions."""

    ask: Ask
    days_back: int

    def __call__(self, feed: Feed, days: Sequence[date], today: date) -> list[Request]:
        """Return the one request, whatever days are asked for."""
        since = [today - timedelta(days=step) for step in range(self.days_back + 1)]
        return [replace(request, days=(today,)) for request in self.ask(feed, since, today)] if days else []


def standing_file(feed: Feed, days: Sequence[date], today: date) -> list[Request]:
    """Ask for a file that only exists as it stands now; each is kept, which makes the vintages."""
    stem, _, ending = feed.file_part.rpartition(".")
    return [Request(feed.dataset, f"{stem}_{today:%Y%m%d}.{ending}", (today,))] if days else []


def sign(request: Request, credentials: Credentials) -> Request:
    """Put the key on a request to the API; the answer echoes it, so it stands among the secrets to mask."""
    if not request.url.startswith(BASE_URL):
        return request
    key = credentials.get("eia_key")
    if key is None:
        raise NotHeld(
            f"{request.file_name}: EIA's API answers nobody without a key; register at eia.gov/opendata (it is free) "
            "and set MARKET_PLATFORM_EIA_KEY"
        )
    return replace(request, params={**request.params, "api_key": key}, secrets=(*request.secrets, key))
