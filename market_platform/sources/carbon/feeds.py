"""Carbon auctions as feeds: results that are asked for, the tables beside this module, and tables that users hold.

RGGI has a page and California a file of all results; Washington's are PDFs. What a table of the package or of a user
says stands beside what was asked for, each in its own feed.
"""

from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from market_platform.contracts.families import fundamentals
from market_platform.sources.carbon import caps, offsets, results
from market_platform.sources.carbon.auctions import PROGRAMMES, TRANSCRIBED, reference, transcribed
from market_platform.sources.feed import Cadence, Feed, Parser, Publication, Publisher
from market_platform.sources.payload import Payload, is_data_page

FROM_FILES = "read from files: the package has a table of each programme"
AS_FOUND = "the address as public clients use it (secondary)"


def _feed(key: str, title: str, programme: str, parse: Parser, **facts: Any) -> Feed:
    usual = {"dataset": programme, "file_part": f"{programme}.csv", "cadence": Cadence.MONTHLY, "note": FROM_FILES}
    return Feed(
        key=f"carbon_{key}", publisher="carbon", title=title, contract=fundamentals.CARBON_AUCTIONS,
        zone=ZoneInfo("America/New_York" if programme == "rggi" else "America/Los_Angeles"), parse=parse,
        publication=Publication(time(12), 7), publication_lag=timedelta(days=7), sparse=True,
        constants={"market": "carbon", "programme": programme}, **{**usual, **facts},
    )  # fmt: skip


FEEDS = (
    _feed("rggi_results", "Allowance auctions of RGGI as published", "rggi", results.rggi_page,
          dataset=results.RGGI_URL, file_part="rggi_prices_volumes.html", request=results.ask,
          cadence=Cadence.SNAPSHOT, note=AS_FOUND),
    _feed("california_results", "Allowance auctions of California and Quebec as published", "california_quebec",
          results.california_file, dataset=results.CALIFORNIA_URL, file_part="nc-allowance_prices.csv",
          request=results.ask, cadence=Cadence.SNAPSHOT, note=f"{AS_FOUND}; it may refuse automated clients"),
    *(_feed(name, f"Allowance auctions of {name}, reference table", name, reference) for name in PROGRAMMES),
    *(_feed(f"{name}_transcribed", f"Allowance auctions of {name}, transcribed", name, transcribed)
      for name in TRANSCRIBED),
    Feed(
        key="carbon_members", publisher="carbon", title="States in RGGI by year", contract=fundamentals.CARBON_MEMBERS,
        zone=ZoneInfo("America/New_York"), dataset="rggi_member_states", file_part="rggi_member_states.csv",
        parse=caps.members, publication=Publication(time(12), 1), cadence=Cadence.MONTHLY, sparse=True,
        constants={"market": "carbon", "programme": "rggi"}, note="read from a transcribed table",
    ),
    Feed(
        key="carbon_model_states", publisher="carbon", title="States of RGGI's cap in a planning model",
        contract=fundamentals.CARBON_MEMBERS, zone=ZoneInfo("America/New_York"), dataset="rggi_states",
        file_part="rggi_states.csv", parse=caps.model_states, publication=Publication(time(12), 1),
        cadence=Cadence.MONTHLY, sparse=True, constants={"market": "carbon", "programme": "rggi_model"},
        note="inputs of a planning model: whom its cap covers, not who is a member when",
    ),
    Feed(
        key="carbon_model_caps", publisher="carbon", title="Caps of a planning model", contract=fundamentals.CARBON_CAPS,
        zone=ZoneInfo("America/New_York"), dataset="carbon_caps", file_part="state_cap.csv", parse=caps.model_caps,
        publication=Publication(time(12), 1), cadence=Cadence.MONTHLY, sparse=True, constants={"market": "carbon"},
        note="inputs of a planning model in metric tons, not the programmes' budgets",
    ),
    Feed(
        key="carbon_offsets", publisher="carbon", title="Voluntary offsets, the user's own table",
        contract=fundamentals.CARBON_OFFSETS, zone=ZoneInfo("UTC"), dataset="offsets", file_part="offsets.csv",
        parse=offsets.offsets, publication=Publication(time(12), 1), sparse=True, constants={"market": "carbon"},
        note="read from offsets.csv in the data folder, each price with its source",
    ),
)  # fmt: skip


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is no table of auctions."""
    if is_data_page(payload.content):
        return "carbon_rggi_results"
    lines = payload.content[:2_000].decode("utf-8-sig", "replace").splitlines()
    if not lines:
        return None
    if lines[0].startswith("programme,auction,date,date_precision"):
        programme = lines[1].split(",")[0] if len(lines) > 1 else ""
        return f"carbon_{programme}" if programme in PROGRAMMES else None
    if lines[0].startswith(offsets.HEADING):
        return "carbon_offsets"
    if lines[0].startswith(caps.MEMBERS_HEADING):
        return "carbon_members"
    if "Current Auction Settlement Price" in lines[0] and "Auction Reserve Price" in lines[0]:
        return "carbon_california_results"
    if lines[0] == caps.STATES_HEADING and all(caps.STATE.match(line) for line in lines[1:]):
        return "carbon_model_states"
    if lines[0] == caps.STATE_CAPS_HEADING or all(caps.YEAR_CAP.match(line) for line in lines[:5]):
        return "carbon_model_caps"
    if lines[0].startswith("auction_label,auction_type,"):
        return "carbon_california_quebec_transcribed"
    return "carbon_rggi_transcribed" if lines[0].startswith("auction_num,auction_date,clearing_price_usd") else None


CARBON = Publisher(
    key="carbon", name="Carbon allowance programmes", base_url="https://www.rggi.org", pace_seconds=1.0, feeds=FEEDS,
    recognise=recognise, host_paces={"www.rggi.org": 1.0, "ww2.arb.ca.gov": 1.0},
)  # fmt: skip
