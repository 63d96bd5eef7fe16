# mypy: disable-error-code="arg-type, assignment, return-value"
"""Putting together what two loops have met: the second's texts get the numbers that the first would have given them."""

import numpy as np

from market_platform.sources.compiled.access import byte_at, compiled, inlined, place_at
from market_platform.sources.compiled.marks import FULL, NUMBER, PLACE_BYTES
from market_platform.sources.compiled.phrases import keep_phrase, lie_of
from market_platform.sources.compiled.vocabularies import Book, book_of, code_of, find
from market_platform.sources.vocabulary import Met, Shape


@inlined
def _span(book: Book, column: int, code: int) -> tuple[int, int, int]:
    """Return where a text of a vocabulary begins and ends, and the end of the room that its column has."""
    letters, begins = book[4] + column * book[7], book[2] + (column * (book[6] + 1) + code) * PLACE_BYTES
    return letters + place_at(begins), letters + place_at(begins + PLACE_BYTES), letters + book[7]


@compiled
def _cells_taken_over(cells: Book, there: Book, counts: np.ndarray, cells_as: np.ndarray) -> bool:
    """Give texts of cells their numbers; False where there is no room for them."""
    for column in range(len(counts)):
        for known in range(counts[column]):
            begin, stop, end = _span(there, column, known)
            marked = byte_at(there[3] + column * there[6] + known) != 0
            code = code_of(begin, stop, end, marked, cells, column)
            if code == FULL:
                return False
            cells_as[column, known] = code
    return True


@compiled
def take_over(shape: Shape, met: Met, further: Met, cells_as: np.ndarray, phrases_as: np.ndarray) -> bool:
    """Give the texts of cells and the phrases that another loop met further on their numbers; False where there is no room.

    ``cells_as`` and ``phrases_as`` are filled with them, by column of texts and by slot.
    """
    phrases, there, lie = book_of(met.phrases), book_of(further.phrases), lie_of(shape, met)
    if not _cells_taken_over(book_of(met.cells), book_of(further.cells), further.cells.counts, cells_as):
        return False
    for piece in range(len(shape.slots)):
        slot, first = shape.slots[piece], shape.firsts[piece]
        if slot < 0 or shape.kinds[first] == NUMBER:
            continue
        for known in range(further.phrases.counts[slot]):
            begin, stop, end = _span(there, slot, known)
            code, spread, place = find(begin, stop, end, False, phrases, slot)
            if code < 0:
                for column in range(first, shape.firsts[piece + 1]):
                    cell = further.parts[column, known]
                    met.codes[column] = cells_as[shape.places[column], cell] if cell >= 0 else cell
                code = keep_phrase(begin, stop, end, piece, lie, phrases, spread, place)
                if code == FULL:
                    return False
            phrases_as[slot, known] = code
    return True
