"""Reading CSV by whole columns with Arrow: for files of which everything is as it should be."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

LARGE_BYTES = 2**18  # mean size of a file from which on each is read by itself
READERS = 2
# A table of more columns is kept in one block a type: a block a column makes each further column slow.
WIDE = 90


def whole_columns(
    names: Sequence[str], texts: Sequence[memoryview], types: Mapping[str, pa.DataType]
) -> pd.DataFrame | None:
    """Read the columns that have a type; None where any line or cell is not as it should be.

    Small files are read as one text; large ones each by itself and side by side, so that no copy of them is made.
    """
    if not texts:
        return None
    try:
        if sum(map(len, texts)) > LARGE_BYTES * len(texts):
            with ThreadPoolExecutor(READERS) as pool:
                tables = list(pool.map(lambda text: _table(names, text, types), texts))
        else:
            tables = [_table(names, memoryview(b"\n".join(texts)), types)]
    except pa.ArrowInvalid:
        return None
    table = tables[0] if len(tables) == 1 else pa.concat_tables(tables).unify_dictionaries()
    return table.to_pandas(split_blocks=len(names) <= WIDE, self_destruct=True)


def _table(names: Sequence[str], text: memoryview, types: Mapping[str, pa.DataType]) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(text)),
        read_options=arrow_csv.ReadOptions(column_names=list(names), use_threads=False, block_size=len(text) + 1),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict(types), include_columns=list(types), null_values=[""], strings_can_be_null=True
        ),
    )
