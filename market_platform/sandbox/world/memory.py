"""The last things that were worked out, so that whoever asks for parts of one does not make it again for each."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

_T = TypeVar("_T")


class Memory:
    """Things by key, the last used ones: the one that was not asked for longest makes room."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: dict[Hashable, Any] = {}
        self._lock = Lock()

    def recall(self, key: Hashable, work_out: Callable[[], _T]) -> _T:
        """Return what is kept under a key, or work it out and keep it."""
        with self._lock:
            found = self._kept.pop(key, None)
            if found is not None:
                self._kept[key] = found
        return self.keep(key, work_out()) if found is None else found

    def keep(self, key: Hashable, thing: _T) -> _T:
        """Keep a thing in the place of an earlier one, and return it."""
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self.most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = thing
        return thing
