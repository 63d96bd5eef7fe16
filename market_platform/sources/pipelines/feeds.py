"""Gas pipelines as feeds: postings that are asked for, and postings that are read from files."""

import re
from datetime import time

from market_platform.contracts.families import fundamentals
from market_platform.sources.feed import Feed, Publication, Publisher
from market_platform.sources.payload import Payload
from market_platform.sources.pipelines.capacity import capacity, energy_transfer
from market_platform.sources.pipelines.requests import each_gas_day
from market_platform.sources.pipelines.tables import CENTRAL, postings

AVAILABLE = re.compile(r"Operationally[_ ]+Available[_ ]+Capacity|\bOAC\b")
SELF_TOLD = re.compile(r"\bCycle[_ ]?Desc\b|\bGas[_ ]Day\b")  # a layout that says gas day and cycle by itself


def recognise(payload: Payload) -> str | None:
    """Return the key of the feed, or None where the file is no posting."""
    head = payload.content[:1_000].decode("utf-8-sig", "replace").lstrip().splitlines()[:1]
    if not head or not AVAILABLE.search(head[0]) or "Loc" not in head[0]:
        return None
    return "pipelines_capacity" if SELF_TOLD.search(head[0]) else "pipelines_energy_transfer"


FEEDS = (
    Feed(
        key="pipelines_energy_transfer", publisher="pipelines", title="Available capacity of Energy Transfer's pipelines",
        contract=fundamentals.PIPELINE_CAPACITY, zone=CENTRAL, dataset="capacity/operationally-available",
        file_part="OA", parse=energy_transfer, request=each_gas_day, publication=Publication(time(22, 30), 0),
        constants={"market": "pipelines"},
        note="five cycles a gas day; how many locations a posting has is the pipeline's choice, so days are not counted",
    ),
    Feed(
        key="pipelines_capacity", publisher="pipelines", title="Operationally available capacity by location",
        contract=fundamentals.PIPELINE_CAPACITY, zone=CENTRAL, dataset="OAC", file_part="OA", parse=capacity,
        publication=Publication(time(9), 2), sparse=True, constants={"market": "pipelines"},
        note="read from the pipelines' files; a cycle may be posted after its gas day",
    ),
)  # fmt: skip

PIPELINES = Publisher(
    key="pipelines", name="Gas pipelines", base_url="https://twtransfer.energytransfer.com", pace_seconds=2.0,
    feeds=FEEDS, recognise=recognise, stamp_zone=CENTRAL,
    host_paces={posting.host: 2.0 for posting in postings().values()},
)  # fmt: skip
