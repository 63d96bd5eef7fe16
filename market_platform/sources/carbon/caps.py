"""Who is in a programme and under which caps, as tables that users hold: membership by year, and caps of a model.

The caps are inputs of a planning model (ReEDS) in metric tons, not the programmes' own budgets: they say so in `status`.
"""

import re
from collections.abc import Sequence

import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.sources.feed import Feed
from market_platform.sources.fundamental_rows import PLACE, each_file, finish, numbers, spans
from market_platform.sources.payload import Payload
from market_platform.sources.tabular import label, passed, read_csv

MEMBERS_HEADING = "state_abb,first_compliance_year,participating_years"
STATE_CAPS_HEADING = "*st,t,tonneCO2"
STATES_HEADING = "*st"
STATE = re.compile(r"\A[A-Z]{2}\Z")
MODEL_YEARS = (2010, 2050)  # the first and last year of the model's cap on these states
YEAR_CAP = re.compile(r"\A(?:19|20)\d{2},\d+(?:\.\d+)?\Z")
YEARS = re.compile(r"^(\d{4})-(\d{4})$")
MEMBERS = (
    label("state", "state_abb"),
    passed("first_compliance_year"),
    label("years", "participating_years"),
    label("source", "source_name"),
    *(passed(name) for name in ("source_url", "access_date", "verification_status", "notes")),
)


def members(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read the years of each member; a state that left and came back has a row for each stay."""
    read = read_csv(payloads, MEMBERS)
    rows = pd.DataFrame({name: read[name].astype("object") for name in ("state", "years", "source", *PLACE)})
    rows = rows.assign(stay=rows["years"].str.split(";")).explode("stay", ignore_index=True)
    years = rows["stay"].astype(str).str.strip().str.extract(YEARS)
    strange = years[0].isna() & rows["defect"].isna()
    rows.loc[strange, "defect"] = (
        "participating_years = " + rows["years"][strange].astype(str) + " are no spans of years"
    )
    days = spans(_january(years[0]), _january((years[1].astype(float) + 1).map("{:.0f}".format)), feed.zone)
    return finish(feed, pd.concat([days, rows[["state", "source", *PLACE]]], axis=1))


def model_states(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read which states a model's RGGI cap covers, over the years of that cap."""
    read = read_csv(payloads, [label("state", STATES_HEADING)])
    years = [pd.Series(str(year), index=read.index) for year in (MODEL_YEARS[0], MODEL_YEARS[1] + 1)]
    days = spans(_january(years[0]), _january(years[1]), feed.zone)
    return finish(feed, pd.concat([days, read], axis=1).assign(source="planning model (ReEDS)"))


def model_caps(feed: Feed, payloads: Sequence[Payload]) -> pd.DataFrame:
    """Read caps by year: of states (with headings), or of all RGGI states together (two columns without)."""
    return finish(feed, each_file(payloads, lambda payload: _caps(feed, payload)))


def _caps(feed: Feed, payload: Payload) -> pd.DataFrame:
    lines = [line.split(",") for line in payload.content.decode("utf-8-sig").splitlines() if line.strip()]
    by_state = ",".join(lines[0]) == STATE_CAPS_HEADING
    width, body = (3, lines[1:]) if by_state else (2, lines)
    if any(len(cells) != width for cells in body):
        raise SchemaChanged(f"{payload.name}: lines of {width} cells are expected")
    cells = pd.DataFrame(body, columns=["area", "year", "cap"] if by_state else ["year", "cap"])
    first = _january(cells["year"])
    rows = spans(first, first + pd.DateOffset(years=1), feed.zone).assign(
        area=cells["area"] if by_state else "RGGI", line=range(1 + by_state, len(cells) + 1 + by_state)
    )
    rows["defect"] = pd.Series(None, index=rows.index, dtype="object")
    return rows.assign(cap_metric_tons=numbers(cells["cap"], rows), status="input of a planning model, not a budget")


def _january(years: pd.Series) -> pd.Series:
    return pd.to_datetime(years.astype("object"), format="%Y", errors="coerce")
