"""Memory of a process that reads many files: what one gives back is kept for the next.

The system hands out memory page by page and clears each page first: for a zip of fifteen megabytes that took longer than
inflating it (15 ms against 6 on the machine of 2026-11-21).
"""

import ctypes
from functools import cache

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # malloc.h
KEPT_BYTES = 2**27
LARGEST_BYTES = 2**25  # glibc takes no more


@cache
def keep_freed_memory() -> None:
    """Have the C library keep freed memory up to a bound; a library that has no such setting is left as it is."""
    setting = getattr(ctypes.CDLL(None), "mallopt", None)
    if setting is not None:
        setting(MMAP_THRESHOLD, LARGEST_BYTES)
        setting(TRIM_THRESHOLD, KEPT_BYTES)
