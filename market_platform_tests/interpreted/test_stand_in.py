"""The stand-in reads and writes memory as the machine code does, and leaves nothing of it out."""

import ast
from pathlib import Path

import numba
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from market_platform.sources.compiled import access
from market_platform_tests.interpreted import access as stand_in


def reads_and_writes(part):
    """Return a function that calls everything at an address: of the machine code's module or of the stand-in."""
    byte_at, place_at, word_at, low_zeros, differing = (
        part.byte_at,
        part.place_at,
        part.word_at,
        part.low_zeros,
        part.differing,
    )
    put_byte, put_place, put_word = part.put_byte, part.put_place, part.put_word

    def used(at, to):
        word = word_at(at + 3) | np.uint64(2**60)
        put_word(to, word)
        put_place(to + 8, word)
        put_byte(to + 12, word)
        return byte_at(at), place_at(at + 1), word, low_zeros(word), differing(at, at + 32)

    return used


BY_MACHINE, IN_PYTHON = numba.njit(reads_and_writes(access)), reads_and_writes(stand_in)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.booleans())
def test_it_reads_and_writes_as_the_machine_code_does(one, other, is_same):
    text = np.frombuffer(one + (one if is_same else other), dtype=np.uint8)
    laid = np.zeros((2, 16), dtype=np.uint8)
    machine = BY_MACHINE(text.ctypes.data, laid[0].ctypes.data)
    python = IN_PYTHON(text.ctypes.data, laid[1].ctypes.data)
    assert [int(value) for value in machine] == [int(value) for value in python]
    assert laid[0].tolist() == laid[1].tolist()


def test_it_leaves_nothing_out():
    source = Path(access.__file__).parent
    asked = {
        alias.name
        for file in source.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == access.__name__
        for alias in node.names
    }
    assert asked <= set(vars(stand_in))
