"""What is being read right now: who asks the same meanwhile waits for that answer instead of reading it again."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from market_platform.api.answers import Question


class Asked:
    """Questions under way. A thousand clients that ask for the newest price in one instant are one read of it."""

    def __init__(self) -> None:
        self._under_way: dict[Question, asyncio.Event] = {}

    async def wait(self, question: Question) -> bool:
        """Wait until the one who reads this has its answer or has none to share; say whether anyone was reading."""
        event = self._under_way.get(question)
        if event is None:
            return False
        await event.wait()
        return True

    @contextmanager
    def reading(self, question: Question) -> Iterator[Callable[[], None]]:
        """Be the one who reads. The function given lets the others go on: at once when known, at the latest at the end."""
        event = self._under_way.setdefault(question, asyncio.Event())

        def let_go() -> None:
            if self._under_way.get(question) is event:
                del self._under_way[question]
            event.set()

        try:
            yield let_go
        finally:
            let_go()
