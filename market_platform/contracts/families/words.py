"""Columns that several families share, said once."""

import pandera.pandas as pa

from market_platform.contracts.contract import Kind, column

MARKET = column(Kind.TEXT, "Market or publisher: nyiso, caiso, pjm, ercot ...")
MARKET_RUN = column(
    Kind.TEXT, "Run that set the value: DAM, HASP, FMM, RTC, RTD, RTM, or RT_HOURLY for the hourly integrated price"
)
LOCATION = column(Kind.TEXT, "Location as the publisher names it")
LOCATION_ID = column(Kind.TEXT, "The publisher's number for the location (PTID, pnode id)", blank=True)
LOCATION_TYPE = column(Kind.TEXT, "zone, hub, interface, generator, node, reference ...")
ISSUED_AT = column(Kind.MOMENT, "Moment at which the forecast was issued, UTC")


def price(description: str) -> pa.Column:
    """Declare a price; publishers leave prices blank at times."""
    return column(Kind.NUMBER, description, blank=True)
