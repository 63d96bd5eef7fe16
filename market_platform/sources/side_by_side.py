"""Work on two cores: compiled code that lets go of the interpreter's lock, where it takes longer than a thread costs."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Done = TypeVar("Done")

# To inflate or to read as many bytes takes two milliseconds; a thread, and putting halves together, takes a tenth of that.
WORTHWHILE_BYTES = 2**23


def side_by_side(one: Callable[[], Done], other: Callable[[], Done]) -> tuple[Done, Done]:
    """Do both at once; what the first raises comes before what the second does.

    Where the helper has not come to the other meanwhile, because it is at work for somebody else or gets no core, the
    caller does both.
    """
    later = _helper().submit(other)
    first = one()
    return first, other() if later.cancel() else later.result()


@cache
def _helper() -> ThreadPoolExecutor:
    """Return the thread beside the caller's: one that stays, as a twentieth of a day of nodes went into starting two."""
    os.register_at_fork(after_in_child=_helper.cache_clear)  # a forked process has none of its parent's threads
    return ThreadPoolExecutor(1)
