"""Run the benchmarks: ``python benchmarks/run.py [GROUP ...] [--json] [--rounds N --page]``.

Each module here whose name begins with a group's belongs to it; its ``run`` yields one dict a figure: name, value, unit,
peer, peer_value, ratio, bar, holds. Ratios are against a peer or a limit measured in the same run. With ``--page`` each
group runs in rounds of its own process, and medians and spread go to ``docs/benchmarks.md`` and ``.json``.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

import page
from machine import machine
from rounds import ONCE, one_round, together

GROUPS = ("feeds", "certificates", "forecasts", "trading", "settlement", "marts", "api", "scale")
COLUMNS = ("name", "value", "unit", "peer", "peer_value", "ratio", "bar", "holds")


def modules(groups):
    """Yield the benchmark modules of the groups."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        group = path.stem.split("_")[0]
        if path.stem != "run" and group in groups:
            spec = importlib.util.spec_from_file_location(f"benchmarks_{path.stem}", path)
            module = importlib.util.module_from_spec(spec)
            sys.modules[spec.name] = module
            spec.loader.exec_module(module)
            yield module


def text(value):
    """Write a figure for a table."""
    if isinstance(value, float):
        return f"{value:,.4g}"
    return "" if value is None else str(value)


def in_rounds(groups, count):
    """Run each group in rounds, print how each figure came out, and write the page after each group.

    A group that breaks off keeps its earlier results on the page and counts as missed; the others go on.
    """
    described, missed = machine(), 0
    for group in groups:
        rounds = []
        for turn in range(total := 1 if group in ONCE else count):
            print(f"{group}: round {turn + 1} of {total}", file=sys.stderr, flush=True)
            try:
                rounds.append(list(one_round(group)))
            except RuntimeError as broken:
                print(broken, file=sys.stderr)
        missed += total - len(rounds)
        figures = together(rounds)
        if figures:
            page.write(described, {group: figures})
        for figure in figures:
            missed += figure["holds"] is False
            print("  ".join(f"{name} {text(value)}" for name, value in figure.items()), flush=True)
    return missed


def in_this_process(groups, as_json):
    """Run each group once and print its figures as they come."""
    missed = 0
    for module in modules(groups):
        for figure in module.run():
            row = {name: figure.get(name) for name in COLUMNS}
            missed += row["holds"] is False
            line = json.dumps(row) if as_json else "  ".join(f"{name} {text(row[name])}" for name in COLUMNS)
            print(line, flush=True)
    return missed


def main():
    """Run the chosen groups; exit code 1 says that a figure missed its bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", default=list(GROUPS), metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--json", action="store_true", help="an object a line")
    parser.add_argument("--page", action="store_true", help="write docs/benchmarks.md and docs/benchmarks.json")
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="rounds of each group for the page; 3 unless told"
    )
    chosen = parser.parse_args()
    unknown = set(chosen.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if chosen.page:
        return 1 if in_rounds(chosen.groups, chosen.rounds) else 0
    return 1 if in_this_process(chosen.groups, chosen.json) else 0


if __name__ == "__main__":
    sys.exit(main())
