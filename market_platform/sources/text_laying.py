"""Distinct texts laid over many rows by a compiled loop: twice as fast as taking them one by one."""

import numpy as np
import pyarrow as pa

from market_platform.sources.compiled import lay_texts, length_laid
from market_platform.sources.vocabulary import SLACK

OFFSET = 8  # bytes


def laid_over(texts: pa.LargeStringArray, codes: np.ndarray) -> pa.LargeStringArray:
    """Return the text of each row; every code is the place of a text, and no text is blank."""
    begins = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    known = np.frombuffer((texts.buffers()[2] or b"")[begins[0] : begins[-1]], dtype=np.uint8)
    letters = np.empty(len(known) + SLACK, dtype=np.uint8)
    letters[: len(known)] = known
    begins = begins - begins[0]
    total = length_laid(begins, codes)
    found, offsets = pa.allocate_buffer(total + SLACK), pa.allocate_buffer((len(codes) + 1) * OFFSET)
    ends = np.frombuffer(offsets, dtype=np.int64, count=len(codes) + 1)
    ends[0] = 0
    lay_texts(letters.ctypes.data, begins, codes, found.address, ends[1:])
    return pa.LargeStringArray.from_buffers(len(codes), offsets, found)
