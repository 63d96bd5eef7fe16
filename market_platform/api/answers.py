"""Encoded answers, kept while the catalog stands as it is: the same question again costs a look in a dictionary."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from market_platform.api.reading import Version

MOST_BYTES = 64 * 1024 * 1024
LARGEST_ANSWER = 4 * 1024 * 1024
Question = tuple[str, bytes, bytes]
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """A whole answer to a GET, as it goes on the wire."""

    version: Version
    headers: Headers
    body: bytes
    etag: bytes
    route: str


class Answers:
    """Answers by path, query and Accept header; those of an older catalog are never given."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._held: OrderedDict[Question, Answer] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, question: Question, version: Version) -> Answer | None:
        """Return the answer that was given at this version of the catalog."""
        found = self._held.get(question)
        return found if found is not None and found.version == version else None

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep an answer; the oldest ones make room."""
        if len(answer.body) > LARGEST_ANSWER:
            return
        with self._lock:
            before = self._held.pop(question, None)
            self._bytes += len(answer.body) - (len(before.body) if before else 0)
            self._held[question] = answer
            while self._bytes > self._most_bytes:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= len(oldest.body)
