"""Telling which PJM feed a file belongs to: by the address in the answer, by its columns, by its name, by its rows."""

import csv
import json
import re

from market_platform.errors import MarketPlatformError, SchemaChanged
from market_platform.markets.pjm import HUB_PNODES, ZONE_PNODES
from market_platform.sources.json_rows import split_items
from market_platform.sources.payload import Payload
from market_platform.sources.pjm.columns import DATASETS
from market_platform.sources.pjm.feed_names import FEED_NAMES, LMP_FEEDS
from market_platform.sources.pjm.reading import is_json, plain, read
from market_platform.sources.pjm.rights_results import is_results_csv, is_results_xml
from market_platform.sources.tabular import resolve_columns

OWN_ADDRESS = re.compile(rb"api\.pjm\.com/api/v1/(\w+)")
HEAD_BYTES = 4000
AUCTION_WORKBOOK = re.compile(
    r"(base.?residual.?auction|bra|incremental.?auction|[-_](1st|2nd|3rd|first|second|third)[-_]ia|[-_][123](st|nd|rd)?ia)"
    r"[-_ ].*results.*\.xls",
    re.IGNORECASE,
)
# Results with headings that nobody has mapped are still results, so that reading them fails by name.
FTR_RESULTS = re.compile(r"(ftr|financial.?transmission).*(result|cleared).*\.(csv|xml)", re.IGNORECASE)
ZIP_MARK = b"PK\x03\x04"


def dataset_of(payload: Payload) -> str | None:
    """Return Data Miner's name of the dataset that a file holds, or None."""
    content = payload.content
    if is_json(content) and (found := OWN_ADDRESS.search(content[:HEAD_BYTES])):
        name = found[1].decode()
        return name if name in DATASETS else None
    named = _named(payload)
    fits = _fitting(payload)
    if named is not None:
        return named
    return fits[0] if len(fits) == 1 else None


def place_of(payload: Payload, dataset: str) -> str:
    """Return ``hub`` or ``zone`` where all rows of a price file are of that kind, else ``node``."""
    content = payload.content
    json_form = is_json(content)
    fields = DATASETS[dataset]
    if (b'"type"' if json_form else b"type") not in content[:HEAD_BYTES]:
        table = read([payload], fields)
        kinds = {"hub": HUB_PNODES, "zone": ZONE_PNODES}
        by_id = "pnode_id" in table
        found = set(table["pnode_id" if by_id else "pnode_name"].dropna().astype(str))
        return next((kind for kind, known in kinds.items() if found <= set(known.values() if by_id else known)), "node")
    if json_form:
        body = split_items(payload, "items")[1]
        rows = body.count(b"}")
        counts = {
            kind: len(re.findall(rb'"type"\s*:\s*"' + kind.upper().encode() + rb'"', body)) for kind in ("hub", "zone")
        }
    else:
        rows = content.rstrip().count(b"\n")
        counts = {kind: content.count(f",{kind.upper()},".encode()) for kind in ("hub", "zone")}
    return next((kind for kind, count in counts.items() if count == rows), "node")


def recognise(payload: Payload) -> str | None:
    """Return the feed's key, or None where the file is not one of PJM's."""
    try:
        opened = plain(payload)
        if opened.content.startswith(ZIP_MARK):
            return "pjm_capacity_auctions" if AUCTION_WORKBOOK.search(opened.base_name) else None
        if is_results_xml(opened) or is_results_csv(_headings(opened)):
            return "pjm_ftr_results"
        dataset = dataset_of(opened)
        if dataset is None:
            return "pjm_ftr_results" if FTR_RESULTS.search(opened.base_name) else None
        return _key(dataset, place_of(opened, dataset) if dataset in LMP_FEEDS else "node")
    except MarketPlatformError:
        # A file with a dataset's name that cannot be read still belongs to it, so that reading it fails by name.
        named = _named(payload)
        return None if named is None else _key(named, "node")


def _key(dataset: str, place: str) -> str:
    return f"pjm_{LMP_FEEDS[dataset]}_{place}" if dataset in LMP_FEEDS else f"pjm_{FEED_NAMES[dataset]}"


def _named(payload: Payload) -> str | None:
    """Return the dataset whose name stands in the file's; of several the longest."""
    words = payload.base_name.lower()
    names = [name for name in DATASETS if re.search(rf"(?<![a-z0-9]){name}(?![a-z])", words)]
    return max(names, key=len, default=None)


def _fitting(payload: Payload) -> list[str]:
    headings = _headings(payload)
    fits = []
    for name, fields in DATASETS.items():
        try:
            resolve_columns(payload, headings, fields)
        except SchemaChanged:
            continue
        fits.append(name)
    return fits


def _headings(payload: Payload) -> list[str]:
    if not is_json(payload.content):
        first = payload.content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").partition(b"\n")[0]
        try:
            return [cell.strip() for cell in next(csv.reader([first.decode("utf-8", "replace").strip()]), [])]
        except csv.Error:  # a workbook or an image of somebody else: no text at all
            return []
    body = split_items(payload, "items")[1]
    first = body.partition(b"}")[0].strip()
    try:
        return list(json.loads(first + b"}")) if first else []
    except ValueError:
        return []
