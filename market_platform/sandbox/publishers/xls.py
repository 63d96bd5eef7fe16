"""Writing the old workbooks that EIA still publishes: BIFF8 records in a compound file, texts and numbers only.

Layouts as Microsoft documents them ([MS-XLS], [MS-CFB]); nothing that is kept up writes this format any more.
"""

import struct
from collections.abc import Mapping, Sequence

Cell = str | float
SECTOR = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
LEAST_STREAM = 4096  # smaller streams would stand in a stream of their own
SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOF, END_OF_SUBSTREAM, BOUND_SHEET, CODE_PAGE, NUMBER, LABEL = 0x0809, 0x000A, 0x0085, 0x0042, 0x0203, 0x0204
GLOBALS, SHEET, UTF_16 = 0x0005, 0x0010, 0x04B0


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Return a workbook of some sheets; blank texts have no cell."""
    bodies = [_substream(SHEET, [_cell(row, column, cell) for row, cells in enumerate(rows)
                                 for column, cell in enumerate(cells) if cell != ""]) for rows in sheets.values()]  # fmt: skip
    head = _substream(GLOBALS, [_record(CODE_PAGE, struct.pack("<H", UTF_16)), *(_bound(name, 0) for name in sheets)])
    starts = [len(head) + sum(map(len, bodies[:place])) for place in range(len(bodies))]
    bound = [_bound(name, start) for name, start in zip(sheets, starts, strict=True)]
    head = _substream(GLOBALS, [_record(CODE_PAGE, struct.pack("<H", UTF_16)), *bound])
    return _compound(head + b"".join(bodies))


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _substream(kind: int, records: Sequence[bytes]) -> bytes:
    begin = _record(BOF, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0x0006))
    return begin + b"".join(records) + _record(END_OF_SUBSTREAM, b"")


def _bound(name: str, start: int) -> bytes:
    return _record(BOUND_SHEET, struct.pack("<IBBBB", start, 0, 0, len(name), 0) + name.encode("latin-1"))


def _cell(row: int, column: int, cell: Cell) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, str):
        return _record(LABEL, place + struct.pack("<HB", len(cell), 0) + cell.encode("latin-1"))
    return _record(NUMBER, place + struct.pack("<d", cell))


def _compound(stream: bytes) -> bytes:
    """Return a file of three parts: a directory, the stream, and the table of which sector follows which."""
    stream = stream.ljust(max(LEAST_STREAM, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    tables = 1
    while (1 + count + tables) * 4 > tables * SECTOR:
        tables += 1
    chain = [END, *range(2, count + 1), END, *[FAT_SECTOR] * tables]
    chain += [FREE] * (tables * SECTOR // 4 - len(chain))
    first_table = 1 + count
    difat = [*range(first_table, first_table + tables), *[FREE] * (109 - tables)]
    header = SIGNATURE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, 0, 0, LEAST_STREAM, END, 0, END, 0) + struct.pack("<109I", *difat)
    directory = (
        _entry("Root Entry", 5, 1, END, 0) + _entry("Workbook", 2, FREE, 1, len(stream)) + _entry("", 0, FREE, 0, 0) * 2
    )
    return header + directory + stream + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
        + bytes(36)
        + struct.pack("<III", start, size, 0)
    )
