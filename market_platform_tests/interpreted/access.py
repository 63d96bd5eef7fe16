"""Reading and writing memory by its address, in Python: what stands in for ``sources/compiled/access.py``."""

import ctypes

import numpy as np

SPAN = 32


def compiled(function, *, within=False):
    return function


def inlined(function):
    return function


def byte_at(address):
    return ctypes.c_uint8.from_address(int(address)).value


def place_at(address):
    return int.from_bytes(ctypes.string_at(int(address), 4), "little")


def word_at(address):
    return np.uint64(int.from_bytes(ctypes.string_at(int(address), 8), "little"))


def put_byte(address, value):
    ctypes.c_uint8.from_address(int(address)).value = int(value) & 0xFF


def put_place(address, value):
    ctypes.memmove(int(address), (int(value) & 0xFFFF_FFFF).to_bytes(4, "little"), 4)


def put_word(address, value):
    ctypes.memmove(int(address), int(value).to_bytes(8, "little"), 8)


def low_zeros(word):
    return (int(word) & -int(word)).bit_length() - 1


def differing(one, other):
    pairs = zip(ctypes.string_at(int(one), SPAN), ctypes.string_at(int(other), SPAN), strict=True)
    return sum((left != right) << place for place, (left, right) in enumerate(pairs))
