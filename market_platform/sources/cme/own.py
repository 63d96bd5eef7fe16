"""Settlements that a user has from elsewhere (a licence of another exchange, a broker's sheet): ``gas_settlements.csv``.

Columns: trade_date (YYYY-MM-DD), hub (as in ``gas_basis``), contract_month (YYYY-MM), settle_usd_per_mmbtu, source. Of Henry
Hub it is the price, of every other hub the signed difference to it; a row without a source is refused.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.markets.gas import BASIS_HUBS, HENRY_HUB, contract_code
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, finish, numbers, spans, tell
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, read_csv

DAY = pd.Timedelta(days=1)
COLUMNS = ("trade_date", "hub", "contract_month", "settle_usd_per_mmbtu", "source")
HEADING = ",".join(COLUMNS)
FIELDS = tuple(label(name, name) for name in COLUMNS)
SYMBOLS = {"Henry Hub": HENRY_HUB, **{hub: symbol for symbol, hub in BASIS_HUBS.items()}}
UNTOLD = ("open", "high", "low", "last")


def own_settlements(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read settlements by hub and month; a hub that is not in the table of hubs is told, not dropped."""
    read = read_csv(payloads, FIELDS)
    text = {name: read[name].astype("object") for name in COLUMNS}
    day = pd.to_datetime(text["trade_date"], format="%Y-%m-%d", errors="coerce")
    month = pd.to_datetime(text["contract_month"], format="%Y-%m", errors="coerce")
    rows = pd.concat([spans(day, day + DAY, feed.zone), read[PLACE]], axis=1)
    symbol = text["hub"].map(SYMBOLS)
    tell(rows, symbol.isna(), "hub = " + text["hub"].astype(str) + f" is none of {', '.join(SYMBOLS)}")
    tell(rows, month.isna(), "contract_month = " + text["contract_month"].astype(str) + " is not YYYY-MM")
    tell(rows, text["source"].isna(), "the row names no source of its price")
    known = symbol.notna() & month.notna()
    codes = [
        contract_code(*each) for each in zip(symbol[known], month[known].dt.year, month[known].dt.month, strict=True)
    ]
    return finish(
        feed,
        rows.assign(
            symbol=symbol,
            contract=pd.Series(codes, index=rows.index[known], dtype="object").reindex(rows.index),
            contract_month=month,
            description=text["source"],
            settle_price=numbers(text["settle_usd_per_mmbtu"], rows),
            change=np.nan,
            estimated_volume=np.nan,
            **{f"{name}_price": np.nan for name in UNTOLD},
            **{f"{name}_mark": None for name in UNTOLD[1:]},
        ),
    )
