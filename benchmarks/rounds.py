"""Several rounds of a group, each in a process of its own, put together into medians with their spread."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).with_name("run.py")
# These take many minutes, repeat to the digit (a score) or say their own spread (growth): once is enough.
ONCE = frozenset({"forecasts", "scale"})


def one_round(group):
    """Yield the figures of one run of a group as they come; a run that breaks off raises with its last words.

    Exit code 1 says that a figure missed its bar, which the figure says itself.
    """
    command = [sys.executable, str(RUN), group, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"the benchmarks of {group} broke off with exit code {process.returncode}")


def together(rounds):
    """Return one figure a name and peer: median value, least, most and count, and the medians of the peer and the ratio.

    A figure holds when it held in most of the rounds: one disturbed round does not decide.
    """
    alike = {}
    for figure in (figure for figures in rounds for figure in figures):
        alike.setdefault((figure["name"], figure["peer"]), []).append(figure)
    return [_summary(name, figures) for (name, _), figures in alike.items()]


def _summary(name, figures):
    values = [figure["value"] for figure in figures]
    held = [figure["holds"] for figure in figures if figure["holds"] is not None]
    return {
        "name": name,
        "value": _median(values),
        "least": min(values),
        "most": max(values),
        "rounds": len(values),
        "unit": figures[0]["unit"],
        "peer": figures[0]["peer"],
        "peer_value": _median([figure["peer_value"] for figure in figures]),
        "ratio": _median([figure["ratio"] for figure in figures]),
        "bar": figures[0]["bar"],
        "holds": statistics.median_low(held) if held else None,
    }


def _median(values):
    known = [value for value in values if isinstance(value, int | float)]
    return statistics.median(known) if known else None
