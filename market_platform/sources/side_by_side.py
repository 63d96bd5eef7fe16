"""Work on two cores: compiled code that lets go of the interpreter's lock, where it takes longer than a thread costs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Done = TypeVar("Done")

# To inflate or to read as many bytes takes two milliseconds; a thread, and putting halves together, takes a tenth of that.
WORTHWHILE_BYTES = 2**23


def side_by_side(one: Callable[[], Done], other: Callable[[], Done]) -> tuple[Done, Done]:
    """Do both at once; what the first raises comes before what the second does."""
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(other)
        return one(), later.result()
