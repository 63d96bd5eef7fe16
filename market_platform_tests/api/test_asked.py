"""Many who ask the same at once: one read, the same answer for all, and nobody held up by another's slow line."""

import asyncio
from types import SimpleNamespace

import pytest

from market_platform.api.answers import LARGEST_ANSWER, Answers
from market_platform.api.gate import Gate

VERSION = (1, 1)


class Reading:
    """An app that reads the catalog (or not) as slowly as the test lets it, and counts how often."""

    def __init__(self, body: bytes = b"38.25", *, of_the_catalog: bool = True, status: int = 200) -> None:
        self.body, self.of_the_catalog, self.status = body, of_the_catalog, status
        self.times = 0
        self.may_answer = asyncio.Event()

    async def __call__(self, scope, receive, send) -> None:
        self.times += 1
        await self.may_answer.wait()
        if self.of_the_catalog:
            scope["state"]["catalog_version"] = VERSION
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": self.body})


def gate_over(app: Reading) -> Gate:
    reader = SimpleNamespace(version=lambda: VERSION)
    metrics = SimpleNamespace(observe=lambda *_: None)
    return Gate(
        app, callers=None, rates=None, reader=reader, answers=Answers(), shelf=None, metrics=metrics, audit=None, clock=None
    )  # fmt: skip


async def ask(gate: Gate, line: asyncio.Event | None = None) -> tuple[int, bytes]:
    """Ask for a page that needs no key; the client takes the answer once ``line`` is free."""
    got = []

    async def send(message) -> None:
        if line is not None:
            await line.wait()
        got.append(message)

    scope = {"type": "http", "method": "GET", "path": "/health", "query_string": b"", "headers": []}
    await gate(scope, None, send)
    return got[0]["status"], b"".join(message.get("body", b"") for message in got[1:])


async def until_all_wait() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_hundred_who_ask_the_same_are_one_read():
    async def scene() -> None:
        app = Reading()
        gate = gate_over(app)
        asking = [asyncio.create_task(ask(gate)) for _ in range(100)]
        await until_all_wait()
        app.may_answer.set()
        assert set(await asyncio.gather(*asking)) == {(200, b"38.25")}
        assert app.times == 1

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("app_of", "reads"),
    [
        (Reading, 1),
        (lambda: Reading(b"x" * (LARGEST_ANSWER + 1)), 3),
        (lambda: Reading(of_the_catalog=False), 3),
        (lambda: Reading(status=404), 3),
    ],
    ids=["kept", "too large to keep", "not of the catalog", "a problem"],
)
def test_a_slow_line_of_the_first_holds_nobody_up(app_of, reads):
    async def scene() -> None:
        app = app_of()
        gate, line = gate_over(app), asyncio.Event()
        first = asyncio.create_task(ask(gate, line))
        await until_all_wait()
        others = [asyncio.create_task(ask(gate)) for _ in range(2)]
        await until_all_wait()
        assert app.times == 1
        app.may_answer.set()
        answers = await asyncio.wait_for(asyncio.gather(*others), 5)
        assert not first.done()
        line.set()
        assert {await first, *answers} == {(app.status, app.body)}
        assert app.times == reads

    asyncio.run(scene())


def test_who_waits_goes_on_when_the_reading_fails():
    async def scene() -> None:
        calls = []

        async def app(scope, receive, send) -> None:
            calls.append(scope)
            await asyncio.sleep(0)
            raise RuntimeError("the disk is gone")

        gate = gate_over(app)
        failed = await asyncio.gather(*(ask(gate) for _ in range(3)), return_exceptions=True)
        assert [str(each) for each in failed] == ["the disk is gone"] * 3
        assert len(calls) == 3

    asyncio.run(scene())
