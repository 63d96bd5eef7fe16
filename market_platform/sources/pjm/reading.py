"""Reading Data Miner's rows in every form it gives them: paged JSON, the bare array of a download, CSV, gzip of each.

A CSV begins with a byte mark and writes stamps as ``11/2/2025 5:00:00 AM``; JSON writes ``2025-11-02T05:00:00``, in some
feeds with fractions of a second. Stamps in UTC carry no mark. A JSON answer holds the fields that were asked for only.
"""

import gzip
import zlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from market_platform.errors import UnreadablePayload
from market_platform.sources.json_rows import joined, read_json
from market_platform.sources.payload import Payload, look
from market_platform.sources.stamps import LocalStamps, UtcStamps
from market_platform.sources.tabular import Field, read_csv

STAMP_FORMATS = (
    "%Y-%m-%dT%H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%Y-%m-%d",
)


def plain(payload: Payload) -> Payload:
    """Return the payload out of its gzip. Raises UnreadablePayload where that is broken or the answer is none."""
    if payload.content.startswith(b"\x1f\x8b"):
        try:
            payload = Payload(payload.name, gzip.decompress(payload.content), payload.published_at)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadablePayload(f"{payload.name}: the gzip cannot be read ({error}); fetch it again") from error
    look(payload)
    return payload


def is_json(content: bytes) -> bool:
    """Tell a JSON answer from a CSV."""
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read(payloads: Sequence[Payload], fields: Sequence[Field]) -> pd.DataFrame:
    """Read files of one feed, whatever their form: the fields, then ``file``, ``line`` and ``defect``."""
    opened = [plain(payload) for payload in payloads]
    frames = []
    for json_form, reader in ((True, read_json), (False, read_csv)):
        places = [place for place, payload in enumerate(opened) if is_json(payload.content) is json_form]
        if places:
            frame = reader([opened[place] for place in places], fields)
            if places != list(range(len(places))):
                frame["file"] = np.array(places, dtype=np.int32)[frame["file"].to_numpy(dtype=np.int64)]
            frames.append(frame)
    return joined(frames, fields)


def utc(column: pd.Series) -> UtcStamps:
    """Return a column of stamps in UTC."""
    return UtcStamps(column, STAMP_FORMATS)


def eastern(column: pd.Series) -> LocalStamps:
    """Return a column of stamps in Eastern prevailing time."""
    return LocalStamps(column, STAMP_FORMATS)
