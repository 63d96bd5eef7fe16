"""Work on two cores: compiled code that lets go of the interpreter's lock, where it takes longer than a thread costs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Work = TypeVar("Work")
Done = TypeVar("Done")

# To inflate or to read as many bytes takes two milliseconds; a thread, and putting halves together, takes a tenth of that.
WORTHWHILE_BYTES = 2**23


def side_by_side(do: Callable[[Work], Done], one: Work, other: Work) -> tuple[Done, Done]:
    """Do the same with two halves at once; what the first raises comes before what the second does."""
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(do, other)
        return do(one), later.result()
