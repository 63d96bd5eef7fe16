"""Voluntary offsets: a table that the user keeps (``data/offsets.csv``), each price with its source.

Columns: registry, project, project_type, vintage, price_date (YYYY-MM-DD), price_usd_per_metric_ton, source. There is
no public price of offsets to fetch; a row without a source is refused.
"""

from collections.abc import Sequence

import pandas as pd

from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, finish, numbers, spans, tell
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, read_csv

DAY = pd.Timedelta(days=1)
HEADING = "registry,project,project_type,vintage,price_date"
FIELDS = tuple(
    label(name, name)
    for name in ("registry", "project", "project_type", "vintage", "price_date", "price_usd_per_metric_ton", "source")
)


def offsets(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read prices of offset credits; a price stands for its day."""
    read = read_csv(payloads, FIELDS)
    text = {name: read[name].astype("object") for name in read if name not in PLACE}
    day = pd.to_datetime(text["price_date"], format="%Y-%m-%d", errors="coerce")
    rows = pd.concat([spans(day, day + DAY, feed.zone), read[PLACE]], axis=1)
    rows["price_usd_per_metric_ton"] = numbers(text["price_usd_per_metric_ton"], rows)
    vintage = numbers(text["vintage"], rows)
    tell(rows, text["source"].isna(), "the row names no source of its price")
    words = {name: text[name] for name in ("registry", "project", "project_type", "source")}
    return finish(feed, rows.assign(vintage=vintage, **words))
