"""PJM's spot-market report: hourly day-ahead and balancing energy (layout second-hand, from a public client).

Five header rows; column 4 is the hour ending in GMT; then DA net interchange, price, charge; RT net, deviation, price,
charge.
"""

from datetime import UTC, datetime, timedelta

import pandas as pd

from market_platform.markets.market import MARKETS
from market_platform.settlement.refusals import MalformedStatement, fingerprint
from market_platform.settlement.shadow.lines import from_records
from market_platform.settlement.statements.delimited import csv_rows
from market_platform.settlement.statements.statement import amount_of, line

SPOT_HEADER_ROWS = 5


def read_pjm_spot(data: bytes, *, account: str, location: str = "") -> pd.DataFrame:
    """Read PJM's spot-market hours into lines of 1200 and 1205, with quantity and price.

    A line of 1205 carries the deviation as quantity; withdrawals are positive in the report and negative inside.
    """
    sha256 = fingerprint(data)
    records = []
    for row in csv_rows(data, sha256)[SPOT_HEADER_ROWS:]:
        if not row or not any(cell.strip() for cell in row) or row[0].startswith("End of Report"):
            continue
        if len(row) < 11:
            msg = f"a spot row has {len(row)} columns, at least 11 are known"
            raise MalformedStatement(msg, sha256)
        end = _moment(row[3], sha256)
        span = (end - timedelta(hours=1), end)
        day = span[0].astimezone(MARKETS["pjm"].zone).date()
        for code, quantity, price, amount in (("1200", *row[4:7]), ("1205", *row[8:11])):
            records.append(
                line(
                    iso="pjm",
                    account=account,
                    market_day=day,
                    charge_code=code,
                    location=location,
                    interval=span,
                    iso_amount=amount_of(amount, code, sha256),
                    positive_means="charge",
                    quantity_mwh=-amount_of(quantity, code, sha256),
                    price_usd_per_mwh=amount_of(price, code, sha256),
                )
            )
    return from_records(records)


def _moment(text: str, sha256: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%m/%d/%Y %H:%M").replace(tzinfo=UTC)
    except ValueError as error:
        msg = f"{text!r} is not a GMT hour as MM/DD/YYYY HH:MM"
        raise MalformedStatement(msg, sha256) from error
