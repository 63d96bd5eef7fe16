"""Generation for M-RETS over HTTP: an upload file's lines as generation entries, checked before the first one is sent.

Source: M-RETS api docs, submit generation (``POST generation-entries/create``): the registry validates each entry and
issues by itself. Entries older than 62 days wait for its administrator; gaps and overlaps of a generator are refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from market_platform.errors import SchemaChanged
from market_platform.sources.mrets.client import MretsClient

REVIEWED_AFTER = timedelta(days=62)


@dataclass(frozen=True)
class Entry:
    """One generation entry: which generator, for which period, how much.

    ``generator_id`` is the registry's id, empty where the organization has no such generator. ``refusal`` says why it
    cannot be sent, ``remark`` what to look at.
    """

    mrets_id: str
    generator_id: str
    generation_start: date
    generation_end: date
    generation_mwh: float
    refusal: str
    remark: str


@dataclass(frozen=True)
class Sent:
    """An entry that the registry took, with the id and the status that it gave."""

    entry: Entry
    entry_id: str
    status: str


def entries_of(upload: pd.DataFrame, generators: pd.DataFrame, today: date) -> list[Entry]:
    """Return the entries of an upload (see ``read_generation``) for generators (id, mrets_id) of the registry."""
    ids = dict(zip(generators["mrets_id"], generators["id"], strict=True))
    return [
        Entry(
            row.generator_id, str(ids.get(row.generator_id, "")), row.generation_start, row.generation_end,
            float(row.generation_mwh), _refusal(row.kind, row.generator_id in ids, float(row.generation_mwh)),
            _remark(row.vintage_agrees, row.generation_end, today),
        )
        for row in upload.itertuples()
    ]  # fmt: skip


def send(client: MretsClient, entries: Sequence[Entry]) -> Iterator[Sent]:
    """Send entries one by one and yield each as it is taken; the registry's first refusal ends it.

    Raises SchemaChanged before anything is sent where one of them cannot be sent.
    """
    for entry in entries:
        if entry.refusal:
            msg = f"{entry.mrets_id} {entry.generation_start}: {entry.refusal}; nothing was sent"
            raise SchemaChanged(msg)
    for entry in entries:
        answer = client.submit_generation(
            entry.generator_id, entry.generation_start, entry.generation_end, entry.generation_mwh
        )
        yield Sent(entry, str(answer["id"]), str(answer.get("attributes", {}).get("status", "")))


def _refusal(kind: str, known: bool, mwh: float) -> str:
    if kind != "generation":
        return f"an {kind} goes in on the registry's own page: the documented call takes generation only"
    if not known:
        return "your organization has no such generator"
    return "" if mwh > 0 else "nothing was generated"


def _remark(vintage_agrees: bool, end: date, today: date) -> str:
    remarks = []
    if not vintage_agrees:
        remarks.append("the vintage is not the month of the period's last day; the registry sets it by that day")
    if today - end > REVIEWED_AFTER:
        remarks.append("older than 62 days: waits for the registry's administrator")
    return "; ".join(remarks)
