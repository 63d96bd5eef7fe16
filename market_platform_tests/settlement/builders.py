"""Small frames for settlement tests."""

from datetime import UTC, date, datetime

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import interval_starts
from market_platform.settlement.inputs.columns import AWARDS, DISPATCH, METER, PRICES

KNOWN = pd.Timestamp(datetime(2020, 1, 1, tzinfo=UTC))


def _time(iso, day, minutes):
    starts = interval_starts(day, MARKETS[iso].zone, minutes)
    return {"market_day": day, "interval_start": starts, "interval_end": starts + pd.Timedelta(minutes=minutes)}


def _spread(values, count):
    return list(values) if isinstance(values, (list, tuple)) or hasattr(values, "__len__") else [values] * count


def awards(iso, day, mw, *, market="da", product="energy", minutes=60, resource="R1", location="N1", account="ACME"):
    time = _time(iso, day, minutes)
    frame = pd.DataFrame({**time, "award_mw": _spread(mw, len(time["interval_start"]))})
    return frame.assign(iso=iso, account=account, resource=resource, location=location, market=market, product=product)[
        list(AWARDS)
    ]


def dispatch(iso, day, mw, *, market, minutes, resource="R1", location="N1", account="ACME"):
    time = _time(iso, day, minutes)
    frame = pd.DataFrame({**time, "instructed_mw": _spread(mw, len(time["interval_start"]))})
    return frame.assign(iso=iso, account=account, resource=resource, location=location, market=market)[list(DISPATCH)]


def meter(iso, day, mwh, *, minutes=5, esr=False, resource="R1", location="N1", account="ACME"):
    time = _time(iso, day, minutes)
    frame = pd.DataFrame({**time, "metered_mwh": _spread(mwh, len(time["interval_start"]))})
    return frame.assign(iso=iso, account=account, resource=resource, location=location, esr=esr)[list(METER)]


def prices(
    iso, day, lmp, *, market="da", product="energy", minutes=60, location="N1", congestion=0.0, loss=0.0, version=1,
    known_from=KNOWN,
):  # fmt: skip
    time = _time(iso, day, minutes)
    count = len(time["interval_start"])
    frame = pd.DataFrame({**time, "price_usd_per_mwh": _spread(lmp, count)})
    frame["congestion_usd_per_mwh"] = _spread(congestion, count)
    frame["loss_usd_per_mwh"] = _spread(loss, count)
    parts = frame["congestion_usd_per_mwh"] + frame["loss_usd_per_mwh"]
    frame["energy_usd_per_mwh"] = (frame["price_usd_per_mwh"] - parts).round(6)
    frame = frame.assign(
        iso=iso, market=market, product=product, location=location, version=version, known_from=known_from
    )
    return frame[list(PRICES)]


def summer_day():
    return date(2024, 7, 10)
