"""Peers in environments of their own: made once, under the project's environment, where the measuring needs them."""

import json
import subprocess
import sys
import time
import venv
from pathlib import Path

PEERS = Path(sys.prefix) / "peers"


def python_of(requirement):
    """Return the Python of an environment that holds ``requirement``; it is made on first use."""
    home = PEERS / requirement.replace("==", "-")
    python = home / "bin" / "python"
    if not (home / ".ready").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", requirement], check=True)
        (home / ".ready").touch()
    return str(python)


def ask(requirement, script, *arguments):
    """Run a script in a peer's environment; it prints one JSON document last."""
    done = subprocess.run(
        [python_of(requirement), "-c", script, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def least_times(work, rounds):
    """Return the least time that some rounds of work take, after a warm-up: of all threads of this process, and waited.

    The least, because these machines are shared: what others do only ever adds.
    """
    work()
    taken, waited = [], []
    for _ in range(rounds):
        begin, since = time.process_time(), time.perf_counter()
        work()
        taken.append(time.process_time() - begin)
        waited.append(time.perf_counter() - since)
    return {"seconds": min(taken), "waited": min(waited)}


def least_seconds(work, rounds):
    """Return the least processor time of these."""
    return least_times(work, rounds)["seconds"]


def pace(name, work, rounds, requirement, script, *arguments, bar=20.0):
    """Yield how our work compares with a script's in a peer's environment, the peer measured between halves of ours.

    The script prints ``rows`` and its least ``seconds``.
    """
    ours, theirs = _both(work, rounds, requirement, script, *arguments)
    yield _against(name, ours["seconds"], requirement, theirs["seconds"], bar)


def pace_waited(name, work, rounds, requirement, script, *arguments, bar=20.0):
    """Yield how long one waits for either, where we work on two cores; and beside it what both take of the processor.

    The script prints ``rows``, its least ``seconds`` and the least that it is ``waited`` for.
    """
    ours, theirs = _both(work, rounds, requirement, script, *arguments)
    yield _against(f"{name}, waited for", ours["waited"], requirement, theirs["waited"], bar, "s")
    taken = _against(f"{name}, processor time", ours["seconds"], requirement, theirs["seconds"], bar)
    yield {**taken, "bar": None, "holds": None}


def _both(work, rounds, requirement, script, *arguments):
    before = least_times(work, rounds)
    theirs = ask(requirement, script, *arguments)
    after = least_times(work, rounds)
    return {clock: min(before[clock], after[clock]) for clock in before}, theirs


def altogether(name, figures, bar=20.0):
    """Return how our work on all of some figures' files compares with a peer's on the same."""
    ours, theirs = (sum(figure[part] for figure in figures) for part in ("value", "peer_value"))
    return _against(name, ours, figures[0]["peer"], theirs, bar)


def _against(name, ours, peer, theirs, bar, unit="cpu s"):
    return {
        "name": name, "value": ours, "unit": unit, "peer": peer, "peer_value": theirs, "ratio": theirs / ours,
        "bar": f">= {bar:g}", "holds": theirs / ours >= bar,
    }  # fmt: skip


def limit(name, seconds, theirs, bar=20.0):
    """Return the figure of what nobody can leave out (inflating the zip): where it ends, no bar can be had."""
    return {
        "name": name, "value": seconds, "unit": "cpu s", "peer": f"all of the peer's time / {bar:g}",
        "peer_value": theirs / bar, "ratio": theirs / seconds, "bar": None, "holds": None,
    }  # fmt: skip
