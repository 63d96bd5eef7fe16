"""Telling which EIA feed a file belongs to: by the route that an answer echoes, or by the first bytes of a file."""

import re

from market_platform.sources.eia.answers import route_of
from market_platform.sources.payload import Payload

BY_ROUTE = {
    "natural-gas/stor/wkly": "eia_gas_storage",
    "natural-gas/pri/fut": "eia_gas_prices",
    "electricity/rto/region-data": "eia_rto_region",
    "electricity/rto/fuel-type-data": "eia_rto_fuel",
    "electricity/rto/interchange-data": "eia_rto_interchange",
    "electricity/retail-sales": "eia_retail_sales",
    "electricity/facility-fuel": "eia_facility_fuel",
}
WORKBOOK = b"\xd0\xcf\x11\xe0"
BY_WORDS = (
    (re.compile(rb'"release_name"\s*:\s*"Weekly Natural Gas Storage Report"'), "eia_storage_release"),
    (re.compile(rb"Series Key,NW2_EPG0_S[A-Z]O_R\d\d_BCF"), "eia_storage_chart"),
    (re.compile(rb"\A(?:\xef\xbb\xbf)?(?:Date|Month),Price\r?\n"), "eia_henry_hub_history"),
)
# A BIFF workbook keeps its texts as they are, one or two bytes a letter.
BY_SHEET = (
    (b"html_report_history", "eia_storage_history"),
    (b"original_data", "eia_storage_first"),
    (b"NW2_EPG0_S", "eia_storage_history"),
    (b"RNGWHHD", "eia_henry_hub_history"),
    (b"RNGC", "eia_henry_hub_history"),
)


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is not EIA's."""
    content = payload.content
    if content.startswith(WORKBOOK):
        found = (key for word, key in BY_SHEET if word in content or word.decode().encode("utf-16-le") in content)
        return next(found, None)
    for words, key in BY_WORDS:
        if words.search(content, 0, 2_000):
            return key
    route = route_of(payload)
    return BY_ROUTE[route] if route else None
