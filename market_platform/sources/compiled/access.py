"""Reading and writing memory by its address, and how the loops are compiled.

Counting references to arrays would cost ten times what reading costs.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from types import CellType, FunctionType
from typing import Any

import llvmlite.ir
import numba
from numba.core import types
from numba.extending import intrinsic

from market_platform.sources.compiled.marks import SPAN, WORD_BITS

SOURCES = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()


def compiled(function: Callable[..., Any], *, within: bool = False) -> Any:  # noqa: ANN401 - numba's own types
    """Compile a function, and keep what comes of it on disk until any module of this folder changes.

    By itself numba looks at the function's own module only, and code that was compiled into it would grow old. What a
    function closes over is part of the name under which it is kept. ``within`` puts it into those that call it. While it
    runs other threads may: none writes to what it was given.
    """
    code = function.__code__.replace(co_freevars=("sources",))
    closed = FunctionType(code, function.__globals__, function.__name__, None, (CellType(SOURCES),))
    closed.__doc__, closed.__qualname__ = function.__doc__, function.__qualname__
    return numba.njit(cache=True, forceinline=within, nogil=True)(closed)


def inlined(function: Callable[..., Any]) -> Any:  # noqa: ANN401 - numba's own types
    """Compile a small function into those that call it: calls took a fifth of the loop over lines."""
    return compiled(function, within=True)


def _load(bits: int) -> Any:  # noqa: ANN401 - numba's own types
    """Return an intrinsic that reads an integer of so many bits at an address, the first byte lowest."""

    def load(typing_context: Any, address: Any) -> Any:  # noqa: ANN401, ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
            kind = llvmlite.ir.IntType(bits)
            value = builder.load(builder.inttoptr(arguments[0], kind.as_pointer()), typ=kind)
            value.align = 1
            return value if bits == WORD_BITS else builder.zext(value, llvmlite.ir.IntType(WORD_BITS))

        return (types.uint64 if bits == WORD_BITS else types.int64)(types.intp), generate

    return load


byte_at: Any = intrinsic(_load(8))
place_at: Any = intrinsic(_load(32))
word_at: Any = intrinsic(_load(WORD_BITS))


def _store(bits: int) -> Any:  # noqa: ANN401 - numba's own types
    """Return an intrinsic that writes the lowest so many bits of an integer at an address."""

    def store(typing_context: Any, address: Any, value: Any) -> Any:  # noqa: ANN401, ARG001
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
            kind = llvmlite.ir.IntType(bits)
            narrow = arguments[1] if bits == WORD_BITS else builder.trunc(arguments[1], kind)
            builder.store(narrow, builder.inttoptr(arguments[0], kind.as_pointer()), align=1)
            return context.get_dummy_value()

        return types.void(types.intp, types.uint64), generate

    return store


put_byte: Any = intrinsic(_store(8))
put_place: Any = intrinsic(_store(32))
put_word: Any = intrinsic(_store(WORD_BITS))


def _count_low_zeros(typing_context: Any, word: Any) -> Any:  # noqa: ANN401, ARG001
    """Count the zero bits below the lowest set bit of a word that is not zero."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
        return builder.cttz(arguments[0], llvmlite.ir.Constant(llvmlite.ir.IntType(1), 1))

    return types.int64(types.uint64), generate


low_zeros: Any = intrinsic(_count_low_zeros)


def _compare(typing_context: Any, one: Any, other: Any) -> Any:  # noqa: ANN401, ARG001
    """Compare SPAN bytes at two addresses: the lowest bit of the result is set where the first of them differ."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401, ARG001
        span = llvmlite.ir.VectorType(llvmlite.ir.IntType(8), SPAN)
        texts = [builder.load(builder.inttoptr(at, span.as_pointer()), typ=span) for at in arguments]
        for text in texts:
            text.align = 1
        marks = builder.bitcast(builder.icmp_unsigned("!=", *texts), llvmlite.ir.IntType(SPAN))
        return builder.zext(marks, llvmlite.ir.IntType(WORD_BITS))

    return types.int64(types.intp, types.intp), generate


differing: Any = intrinsic(_compare)
