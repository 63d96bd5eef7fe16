"""Rows of EIA's API by route, in the platform's families."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.sources.eia.answers import read_rows
from market_platform.sources.eia.series import FUELS, GAS_PRICE_PRODUCTS, GAS_TYPES, HENRY_HUB, REGION_TYPES, REGIONS
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, finish, numbers, spans
from market_platform.sources.payload import Payload

DAY = pd.Timedelta(days=1)
HOUR = pd.Timedelta(hours=1)
# Months that a period lasts, and how its first one is written.
MONTHS = {"monthly": (1, "%Y-%m"), "quarterly": (3, "%Y-%m"), "annual": (12, "%Y")}
DAYS_OF_WEEK = {"daily": 1, "weekly": 7}
UTC = ZoneInfo("UTC")


def storage(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Weekly working gas by region and gas type; a region or type that is not in the table is told, not dropped."""
    read = read_rows(payloads, feed.dataset)
    fridays = pd.to_datetime(_text(read["period"]), format="%Y-%m-%d", errors="coerce")
    rows = spans(fridays, fridays + DAY, feed.zone).assign(**{name: read[name] for name in PLACE})
    rows["region"] = _worded(rows, read["duoarea"], REGIONS)
    rows["gas_type"] = _worded(rows, read["process"], GAS_TYPES)
    return finish(
        feed,
        rows.assign(
            series=_text(read["series"]),
            week_ending=fridays,
            stock_bcf=numbers(read["value"], rows),
            origin=None,
            is_revision=None,
            is_reclassification=None,
        ),
    )


def gas_prices(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Henry Hub spot and the four front futures as EIA carries them on: daily, weekly (ending), monthly, annual."""
    read = read_rows(payloads, feed.dataset)
    first, after = _periods(read)
    rows = spans(first, after, feed.zone).assign(**{name: read[name] for name in PLACE})
    rows["product"] = _worded(rows, read["series"], GAS_PRICE_PRODUCTS)
    return finish(
        feed,
        rows.assign(
            hub=HENRY_HUB,
            series=_text(read["series"]),
            frequency=read["frequency"],
            price_usd_per_mmbtu=numbers(read["value"], rows),
        ),
    )


def rto_region(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly demand, its forecast, net generation and interchange by balancing authority."""
    read, rows = _hourly(feed, payloads)
    return finish(
        feed,
        rows.assign(
            issued_at=pd.NaT,
            location=_text(read["respondent"]),
            subject="",
            figure=_worded(rows, read["type"], REGION_TYPES),
            value=numbers(read["value"], rows),
            unit="MWh",
        ),
    )


def rto_fuel(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly net generation by fuel; negative values are real."""
    read, rows = _hourly(feed, payloads)
    return finish(
        feed,
        rows.assign(
            location=_text(read["respondent"]),
            fuel=_worded(rows, read["fueltype"], FUELS),
            publisher_fuel=_text(read["fueltype"]),
            generation_mw=numbers(read["value"], rows),
        ),
    )


def rto_interchange(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Hourly flow from one balancing authority to the next; positive flows out of the first named."""
    read, rows = _hourly(feed, payloads)
    ties = _text(read["fromba"]) + "-" + _text(read["toba"])
    return finish(
        feed,
        rows.assign(
            interface=ties,
            interface_id=ties,
            flow_mw=numbers(read["value"], rows),
            positive_limit_mw=float("nan"),
            negative_limit_mw=float("nan"),
        ),
    )


def retail_sales(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read customers, price, revenue and sales by state and sector: one row a figure."""
    read = read_rows(payloads, feed.dataset)
    figures = ("customers", "price", "revenue", "sales")
    return _long(feed, read, _text(read["stateid"]), _text(read["sectorid"]), figures)


def facility_fuel(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Net and gross generation by plant, fuel and prime mover, totals (ALL) included: one row a figure."""
    read = read_rows(payloads, feed.dataset)
    subject = _text(read["fuel2002"]) + "/" + _text(read["primeMover"])
    return _long(feed, read, _text(read["plantCode"]), subject, ("generation", "gross_generation"))


def _long(
    feed: Feed, read: pd.DataFrame, location: pd.Series, subject: pd.Series, figures: Sequence[str]
) -> pd.DataFrame:
    first, after = _periods(read)
    frames = []
    for figure in figures:
        rows = spans(first, after, feed.zone).assign(**{name: read[name] for name in PLACE})
        frames.append(
            rows.assign(
                issued_at=pd.NaT,
                location=location,
                subject=subject,
                figure=figure,
                value=numbers(read[figure], rows),
                unit=_text(read[f"{figure}_units"]),
            )
        )
    return finish(feed, pd.concat(frames, ignore_index=True))


def _hourly(feed: Feed, payloads: Sequence[Payload]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read an hourly route: the stamp closes its hour (as the public client reads it), in UTC or with its own offset."""
    read = read_rows(payloads, feed.dataset)
    local = read["frequency"] == "local-hourly"
    period = _text(read["period"])
    ends = pd.to_datetime(period.where(~local), format="%Y-%m-%dT%H", errors="coerce")
    if local.any():  # 2019-01-02T00-07
        own = pd.to_datetime(period[local] + "00", format="%Y-%m-%dT%H%z", errors="coerce", utc=True)
        ends = ends.fillna(own.dt.tz_localize(None).reindex(ends.index))
    rows = spans(ends - HOUR, ends, UTC)
    days = (ends - HOUR).dt.tz_localize("UTC").dt.tz_convert(feed.zone).dt.tz_localize(None).dt.normalize()
    rows["market_day"] = spans(days, days, UTC)["market_day"]
    return read, rows.assign(**{name: read[name] for name in PLACE})


def _periods(read: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return first day and day after the last of each period, by the answer's frequency."""
    period, frequency = _text(read["period"]), read["frequency"]
    first = pd.Series(pd.NaT, index=read.index, dtype="datetime64[us]")
    after = first.copy()
    for word in frequency.unique():
        mine = frequency == word
        if word in DAYS_OF_WEEK:
            last = pd.to_datetime(period[mine], format="%Y-%m-%d", errors="coerce")
            first[mine], after[mine] = last - (DAYS_OF_WEEK[word] - 1) * DAY, last + DAY
        elif word in MONTHS:
            months, form = MONTHS[word]
            begin = period[mine] if word != "quarterly" else period[mine].map(_first_month_of_quarter)
            first[mine] = pd.to_datetime(begin, format=form, errors="coerce")
            after[mine] = first[mine] + pd.DateOffset(months=months)
    return first, after


def _first_month_of_quarter(text: str) -> str:
    """Turn ``2001-Q2`` into ``2001-04``."""
    year, _, quarter = text.partition("-Q")
    return f"{year}-{3 * int(quarter) - 2:02d}" if quarter.isdigit() else ""


def _worded(rows: pd.DataFrame, codes: pd.Series, words: dict[str, str]) -> pd.Series:
    """Return our words for EIA's codes; a code that is not in the table becomes the row's defect."""
    text = _text(codes)
    worded = text.map(words)
    strange = worded.isna() & rows["defect"].isna()
    if strange.any():
        rows.loc[strange, "defect"] = f"{codes.name} = " + text[strange].astype(str) + " is not in the table of codes"
    return worded


def _text(column: pd.Series) -> pd.Series:
    return column.astype("object")
