"""Child processes that are meant to die.

They are forked from a server that has loaded everything and opened nothing: a death costs milliseconds instead of the
seconds that a start takes, and no thread of the lake's engine is carried over a fork.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerContext, ForkServerProcess

# The last ones are loaded by the others when they first work.
PRELOADED = (
    "market_platform.drills.work",
    "market_platform.drills.runs",
    "market_platform.cli.main",
    "alembic.command",
    "alembic.autogenerate",
    "pandera.backends.pandas.register",
    "pandera.strategies.pandas_strategies",
    "pyarrow.dataset",
    "pyarrow.fs",
    "sqlite3",
)


def forkserver() -> ForkServerContext:
    """Return where children come from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


def start(work: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """Start a child on some work. It dies with its parent."""
    child = forkserver().Process(target=work, args=arguments, daemon=True)
    child.start()
    return child
