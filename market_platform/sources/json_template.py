"""Reading many JSON objects that are written alike, at the pace of their bytes.

Publishers' programs write every row of an answer with the same keys in the same order and no blanks. The first object
gives the template; a compiled loop then checks each key byte for byte and reads only the values. Whatever does not fit
the template (another order, a blank, an escape) makes the whole reading say so, for a slower reader to do.
"""

import json
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from market_platform.sources.arrays import categorical, dictionary
from market_platform.sources.compiled import ALONE, LABEL, NUMBER, read_objects
from market_platform.sources.filling import fill
from market_platform.sources.vocabulary import SLACK

FIRST_OBJECT_BYTES = 20_000
WORDS = {"true": "True", "false": "False"}
FLAGS = pa.array(list(WORDS), pa.string())
ROOM = 1.1

Columns = dict[str, pd.Categorical | pd.api.extensions.ExtensionArray | np.ndarray]


def read_alike(
    content: bytes,
    start: int,
    end: int,
    kinds: Mapping[str, int],
    together: Mapping[str, int],
    stamps: Collection[str] = (),
) -> Columns | None:
    """Return the columns of the objects between an array's brackets, or None where they are not all written alike.

    The array's inside are the bytes from ``start`` to ``end``. ``kinds`` says which keys are NUMBER (float64); all others
    are LABEL (a categorical of texts; whole numbers and flags become their text). ``together`` numbers the keys whose texts
    change together, as ``csv_scan.scan`` has them; those in ``stamps`` come as Arrow's dictionary.
    """
    keys, length = _keys(content[start : min(end, start + FIRST_OBJECT_BYTES)])
    if not keys:
        return None
    literals = [(b'{"' if place == 0 else b',"') + key.encode() + b'":' for place, key in enumerate(keys)]
    ends = np.cumsum([0, *(len(literal) for literal in literals)], dtype=np.int32)
    template = np.frombuffer(b"".join(literals) + bytes(SLACK), dtype=np.uint8)
    kind = [kinds.get(key, LABEL) for key in keys]
    body = memoryview(content)[start:end]
    groups = [together.get(key, ALONE) for key in keys]
    room = int(ROOM * len(body) / length) + 1
    filled = fill(read_objects, (template.ctypes.data, ends.ctypes.data), [body], kind, groups, room)
    if filled is None:
        return None
    numbers = iter(filled.numbers)
    labels = map(_plain, filled.codes, filled.texts, filled.marked)
    return {
        key: next(numbers) if each == NUMBER else (dictionary if key in stamps else categorical)(*next(labels))
        for key, each in zip(keys, kind, strict=True)
    }


def _keys(head: bytes) -> tuple[list[str], int]:
    """Return the keys of the first object, and how long it is."""
    try:
        first, length = json.JSONDecoder().raw_decode(head.decode("utf-8", "ignore"))
    except ValueError:
        return [], 0
    plain = isinstance(first, dict) and all(key.isascii() and key.isprintable() for key in first)
    return (list(first), length + 1) if plain else ([], 0)


def _plain(codes: np.ndarray, texts: pa.StringArray, marked: np.ndarray) -> tuple[np.ndarray, pa.StringArray]:
    """Return codes and distinct texts; the loop keeps those in quotation marks and bare words apart: they may be the same."""
    if not marked.all() and (marked.any() or compute.any(compute.is_in(texts, FLAGS)).as_py()):
        plain = [
            text if mark else WORDS.get(text, text)
            for text, mark in zip(texts.to_pylist(), marked.tolist(), strict=True)
        ]
        again, unique = pd.factorize(np.array(plain, dtype="object"))
        texts, codes = pa.array(unique.tolist(), pa.string()), np.append(again, -1)[codes].astype(np.int32)
    return codes, texts
