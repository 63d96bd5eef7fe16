"""Run the benchmarks: ``python benchmarks/run.py [GROUP ...] [--json]``.

Each module here that has ``GROUP`` and ``run()`` belongs to a group; ``run`` yields one dict a figure: name, value, unit,
peer, peer_value, ratio, bar, holds. Ratios are against a peer or a limit measured in the same run.
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

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


def main():
    """Run the chosen groups and print their figures as they come."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", default=list(GROUPS), metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--json", action="store_true", help="an object a line")
    chosen = parser.parse_args()
    unknown = set(chosen.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    missed = 0
    for module in modules(chosen.groups):
        for figure in module.run():
            row = {name: figure.get(name) for name in COLUMNS}
            missed += row["holds"] is False
            line = json.dumps(row) if chosen.json else "  ".join(f"{name} {text(row[name])}" for name in COLUMNS)
            print(line, flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
