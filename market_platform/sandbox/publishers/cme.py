"""The simulated exchange: the settlement page of Henry Hub futures as JSON, and the day's file of all products."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pandas as pd

from market_platform.sandbox.world import World
from market_platform.sandbox.world.gas_futures import futures_frame

HOSTS = ("www.cmegroup.com", "ftp.cmegroup.com")
ZONE = ZoneInfo("America/New_York")
NG = "444"
MONTHS = 36
HEADINGS = (
    "PRODUCT SYMBOL,CONTRACT MONTH,CONTRACT YEAR,CONTRACT DAY,CONTRACT,PRODUCT DESCRIPTION,OPEN,HIGH,HIGH AB INDICATOR,"
    "LOW,LOW AB INDICATOR,LAST,LAST AB INDICATOR,SETTLE,PT CHG,EST. VOL,PRIOR SETTLE,PRIOR VOL,PRIOR INT,TRADEDATE"
)
LETTERS = "FGHJKMNQUVXZ"


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the exchange would at ``now``; a day without trading has an empty list."""
    if not request.url.path.endswith(f"/Settlements/{NG}/FUT"):
        return httpx.Response(404)
    day = datetime.strptime(request.url.params["tradeDate"], "%m/%d/%Y").replace(tzinfo=ZONE)
    if day + timedelta(hours=18) > now:
        return httpx.Response(200, json={"settlements": []})
    curve = futures_frame(world.seed, day.date(), MONTHS, ("NG",))
    rows = [
        {
            "month": f"{row.contract_month:%b %y}".upper().replace("JUL", "JLY"),
            "open": f"{row.open_usd_per_mmbtu:.3f}",
            "high": f"{row.high_usd_per_mmbtu:.3f}" + ("B" if place > 12 else ""),
            "low": f"{row.low_usd_per_mmbtu:.3f}" + ("A" if place > 12 else ""),
            "last": f"{row.settle_usd_per_mmbtu:.3f}" if place < 24 else "-",
            "change": f"{row.settle_usd_per_mmbtu - row.prior_settle_usd_per_mmbtu:+.3f}",
            "settle": f"{row.settle_usd_per_mmbtu:.3f}",
            "volume": f"{row.volume:,}",
            "openInterest": f"{row.open_interest:,}",
        }
        for place, row in enumerate(curve.itertuples())
    ]
    if rows:
        none = dict.fromkeys(("open", "high", "low", "last", "settle"), "-")
        sums = {"volume": f"{curve['volume'].sum():,}", "openInterest": f"{curve['open_interest'].sum():,}"}
        rows.append({"month": "Total", **none, "change": "0", **sums})
    return httpx.Response(200, json={"settlements": rows})


def settlement_file(world: World, day: date, months: int = MONTHS) -> bytes:
    """Return the day's CSV of gas and basis futures, as the exchange lays it out."""
    return settlement_files(world, [day], months)


def settlement_files(world: World, days: list[date], months: int = MONTHS) -> bytes:
    """Return the files of several days under one heading line, as a bought history comes."""
    return "\n".join([HEADINGS, *(line for day in days for line in _lines(world, day, months))]).encode()


def _lines(world: World, day: date, months: int) -> list[str]:
    lines = []
    for row in world.futures_curve(day, months).itertuples():
        month = pd.Timestamp(str(row.contract_month))
        code = f"{row.symbol}{LETTERS[month.month - 1]}{month:%y}"
        change = row.settle_usd_per_mmbtu - row.prior_settle_usd_per_mmbtu
        lines.append(
            f"{row.symbol},{month:%m},{month:%Y},,{code},{row.hub},{row.open_usd_per_mmbtu:.3f},"
            f"{row.high_usd_per_mmbtu:.3f},,{row.low_usd_per_mmbtu:.3f},,{row.settle_usd_per_mmbtu:.3f},,"
            f"{row.settle_usd_per_mmbtu:.3f},{f'{change:+.3f}' if change else 'UNCH'},{row.volume},"
            f"{row.prior_settle_usd_per_mmbtu:.3f},{row.volume},{row.open_interest},{day:%m/%d/%Y}"
        )
    return lines
