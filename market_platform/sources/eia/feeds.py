"""EIA's feeds, a row each."""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.contract import Contract
from market_platform.contracts.families import fundamentals, grid, operations, power
from market_platform.sources.eia import rows, storage_files, workbooks
from market_platform.sources.eia.answers import next_page
from market_platform.sources.eia.recognise import recognise
from market_platform.sources.eia.release_calendar import EASTERN, told_in
from market_platform.sources.eia.requests import BASE_URL, STORAGE_URL, Ask, Lately, sign, standing_file
from market_platform.sources.eia.series import GAS_PRICE_PRODUCTS
from market_platform.sources.feed import Cadence, Feed, Publication, Publisher, Refresh, declare

STORAGE_RELEASE = Publication(time(10, 35), 6)  # Thursday 10:30; exceptions stand in the release calendar
WEDNESDAY_REFRESH = Publication(time(12), 8)  # daily prices come once a week
NEXT_DAY = Publication(time(12), 1)
MONTHS_LATE = Publication(time(12), 90)
RESPONDENTS = ("CISO", "ERCO", "ISNE", "MISO", "NYIS", "PJM", "SWPP")
SEVEN_YEARS = 7 * 366
THIRTEEN_MONTHS = 400
HOURLY = "%Y-%m-%dT%H"
UTC = ZoneInfo("UTC")


def _feed(key: str, title: str, contract: Contract, dataset: str, **facts: Any) -> Feed:
    usual = {"zone": EASTERN, "dataset": dataset, "file_part": dataset}
    return declare("eia", key, title, contract, **{**usual, **facts})


def _hourly(**facets: tuple[str, ...]) -> dict[str, object]:
    ask = Ask("hourly", facets=facets, period=HOURLY)
    return {
        "request": ask, "pages": next_page, "publication": NEXT_DAY, "refresh": Refresh.HOURLY, "zone": UTC,
        "interval_minutes": 60, "publication_lag": timedelta(hours=1), "revision_days": 7,
    }  # fmt: skip


FEEDS = (
    _feed("gas_storage", "Weekly working gas by region, salt and nonsalt", fundamentals.GAS_STORAGE,
          "natural-gas/stor/wkly", parse=rows.storage, request=Ask("weekly", weekly=True), pages=next_page,
          publication=STORAGE_RELEASE, publication_lag=timedelta(days=6), sparse=True, revision_days=28),
    _feed("gas_storage_lately", "Weekly working gas of the last seven years, read whole", fundamentals.GAS_STORAGE,
          "natural-gas/stor/wkly", parse=rows.storage, request=Lately(Ask("weekly", weekly=True), SEVEN_YEARS),
          pages=next_page, publication=STORAGE_RELEASE, publication_lag=timedelta(days=6), sparse=True,
          cadence=Cadence.SNAPSHOT, note="what the five-year band needs, and every late revision within it"),
    _feed("storage_release", "Weekly storage release: stocks and their flags", fundamentals.GAS_STORAGE,
          f"{STORAGE_URL}/wngsr.json", file_part="wngsr.json", parse=storage_files.release, request=standing_file,
          publication=STORAGE_RELEASE, cadence=Cadence.SNAPSHOT, also=("eia_storage_report",), sparse=True,
          publication_lag=timedelta(days=6), note="EIA keeps no vintages: each release is kept here"),
    _feed("storage_report", "Weekly storage release: change, implied flow, five-year mean",
          fundamentals.GAS_STORAGE_REPORTS, f"{STORAGE_URL}/wngsr.json", file_part="wngsr.json",
          parse=storage_files.report, publication=STORAGE_RELEASE, cadence=Cadence.SNAPSHOT, sparse=True,
          publication_lag=timedelta(days=6), note="comes with eia_storage_release"),
    _feed("storage_history", "Working gas by region since 2010, workbook", fundamentals.GAS_STORAGE,
          f"{STORAGE_URL}/ngshistory.xls", file_part="ngshistory.xls", parse=workbooks.history, request=standing_file,
          publication=STORAGE_RELEASE, cadence=Cadence.SNAPSHOT, sparse=True, publication_lag=timedelta(days=6)),
    _feed("storage_first", "Working gas by region since 2015 as first published, workbook", fundamentals.GAS_STORAGE,
          f"{STORAGE_URL}/revisions.xls", file_part="revisions.xls", parse=workbooks.first_estimates,
          request=standing_file, publication=STORAGE_RELEASE, cadence=Cadence.SNAPSHOT, sparse=True,
          publication_lag=timedelta(days=6), note="what was known on the day of each release, before its revisions; "
          "layout as public clients read it (secondary)"),
    _feed("storage_chart", "Working gas of one region, chart download", fundamentals.GAS_STORAGE,
          "dnav/ng/ng_stor_wkly_s1_w", parse=storage_files.chart, publication=STORAGE_RELEASE, sparse=True,
          publication_lag=timedelta(days=6)),
    _feed("gas_prices", "Henry Hub spot and front futures", fundamentals.GAS_PRICES, "natural-gas/pri/fut",
          parse=rows.gas_prices, pages=next_page, publication=WEDNESDAY_REFRESH, publication_lag=timedelta(days=8),
          request=Ask("daily", facets={"series": tuple(GAS_PRICE_PRODUCTS)}), sparse=True, revision_days=14),
    _feed("gas_prices_lately", "Henry Hub spot and front futures of the last thirteen months, read whole",
          fundamentals.GAS_PRICES, "natural-gas/pri/fut", parse=rows.gas_prices, pages=next_page,
          publication=WEDNESDAY_REFRESH, publication_lag=timedelta(days=8), sparse=True, cadence=Cadence.SNAPSHOT,
          request=Lately(Ask("daily", facets={"series": tuple(GAS_PRICE_PRODUCTS)}), THIRTEEN_MONTHS)),
    _feed("henry_hub_history", "Henry Hub spot since 1997, workbook or CSV", fundamentals.GAS_PRICES,
          "https://www.eia.gov/dnav/ng/hist_xls/RNGWHHDd.xls", file_part="RNGWHHDd.xls", parse=workbooks.prices,
          request=standing_file, publication=WEDNESDAY_REFRESH, cadence=Cadence.SNAPSHOT, sparse=True,
          publication_lag=timedelta(days=8), note="workbooks of the front futures, weeks, months and years are read too"),
    _feed("rto_region", "Hourly demand, forecast, net generation and interchange by balancing authority",
          operations.SYSTEM_FIGURES, "electricity/rto/region-data", parse=rows.rto_region,
          **_hourly(respondent=RESPONDENTS, type=("D", "DF", "NG", "TI"))),
    _feed("rto_fuel", "Hourly net generation by fuel and balancing authority", power.GENERATION,
          "electricity/rto/fuel-type-data", parse=rows.rto_fuel, **_hourly(respondent=RESPONDENTS)),
    _feed("rto_interchange", "Hourly interchange between balancing authorities", grid.INTERCHANGE,
          "electricity/rto/interchange-data", parse=rows.rto_interchange, constants={"market_run": "RT_HOURLY"},
          **_hourly(fromba=RESPONDENTS)),
    _feed("retail_sales", "Retail sales of electricity by state and sector", operations.SYSTEM_FIGURES,
          "electricity/retail-sales", parse=rows.retail_sales, pages=next_page, publication=MONTHS_LATE,
          cadence=Cadence.MONTHLY, publication_lag=timedelta(days=90),
          request=Ask("monthly", ("customers", "price", "revenue", "sales"), period="%Y-%m")),
    _feed("facility_fuel", "Generation by plant, fuel and prime mover", operations.SYSTEM_FIGURES,
          "electricity/facility-fuel", parse=rows.facility_fuel, pages=next_page, publication=MONTHS_LATE,
          cadence=Cadence.MONTHLY, publication_lag=timedelta(days=90),
          request=Ask("monthly", ("generation", "gross-generation"), period="%Y-%m")),
)  # fmt: skip

EIA = Publisher(
    key="eia",
    name="US Energy Information Administration",
    base_url=BASE_URL,
    pace_seconds=0.5,  # 9,000 an hour were allowed by the older service; no limit is documented
    feeds=FEEDS,
    recognise=recognise,
    sign=sign,
    stamp_in=told_in,
    host_paces={"ir.eia.gov": 1.0, "www.eia.gov": 1.0},
)
