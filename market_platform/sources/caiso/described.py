"""Reports that only their XML describes: nobody has shown their CSV, and the XML names figure, place and unit by itself.

Every OASIS report comes as XML of one shape: REPORT_DATA with DATA_ITEM, RESOURCE_NAME, an interval and VALUE, under a
header with run and unit (facts). So these are read without knowing their columns, and every figure keeps its own name.
"""

from collections.abc import Sequence

import pandas as pd

from market_platform.sources.caiso.oasis import ITEM, TIMES, Report, intervals, read_report
from market_platform.sources.caiso.rows import finish, words
from market_platform.sources.feed import Feed
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, number, passed

FIGURES = Report(
    ("PRC_FLEX_RAMP", "ENE_FLEX_RAMP_DC", "ENE_AGGR_FLEX_RAMP", "ENE_UNCERTAINTY_MV"),
    (*TIMES, ITEM, label("place", "RESOURCE_NAME"), label("unit", "UOM", optional=True), number("value", "VALUE"),
     passed("EXECUTION_TYPE")),
)  # fmt: skip
# Units as OASIS prints them, in the words of the contract; others stay as they are.
UNITS = {
    "US$/MWH": "USD/MWh",
    "$/MWH": "USD/MWh",
    "US$/MW": "USD/MW",
    "$/MW": "USD/MW",
    "US$": "USD",
    "MW": "MW",
    "MWH": "MWh",
}


def figures(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Figures of the system, one row a figure, place and interval, named as the publisher names them.

    Raises what ``read_report`` raises: SchemaChanged where a file is not such an XML.
    """
    read = read_report(FIGURES, payloads)
    rows = intervals(feed, read).assign(
        location=read["place"], subject=read["run"], figure=read["item"], value=read["value"],
        unit=words(read["unit"], lambda text: UNITS.get(text.upper(), text)),
    )  # fmt: skip
    return finish(feed, rows)
