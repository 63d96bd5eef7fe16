"""The page of the benchmarks, ``docs/benchmarks.md``, from the results beside it in ``docs/benchmarks.json``."""

import json
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
RESULTS, PAGE = DOCS / "benchmarks.json", DOCS / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench`; do not edit. Every figure and its peer (or limit) come from the same run on the same machine and the
same bytes; a peer runs in an environment of its own. The value is the median of the rounds, with the least and the most
beside it. The ratio says how many times better than the peer. `python benchmarks/run.py GROUP` runs one group.
"""
TITLES = {
    "feeds": "Feeds: reading, committing, querying",
    "certificates": "Certificates: ledger, positions, assignment",
    "forecasts": "Forecasts: scores against the published record, and what a day costs",
    "trading": "Trading: dispatch, strategies, formats",
    "settlement": "Settlement: shadow statements, reconciliation",
    "marts": "Marts: questions, builds, the brief",
    "api": "API: latency and rate",
    "scale": "Scale: years of history",
}
COLUMNS = ("what", "value", "least to most", "peer", "peer's value", "ratio", "bar", "holds")


def write(machine, groups):
    """Write results and page: ``groups`` maps a group to its figures, or to the words with which it broke off."""
    known = json.loads(RESULTS.read_text())["groups"] if RESULTS.exists() else {}
    stamped = {group: {"machine": machine, "figures": figures} for group, figures in groups.items()}
    results = {"groups": {**known, **stamped}}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    PAGE.write_text(text(results))


def text(results):
    """Return the page."""
    parts = [HEAD]
    for group, title in TITLES.items():
        if group in results["groups"]:
            parts += [f"## {title}\n", _section(results["groups"][group])]
    return "\n".join(parts)


def _section(group):
    machine = group["machine"]
    libraries = ", ".join(f"{name} {number}" for name, number in machine["libraries"].items())
    said = (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, Python "
        f"{machine['python']}; load at the start {machine['load_at_start']}. {libraries}.\n"
    )
    head = [" | ".join(("", *COLUMNS, "")).strip(), "|" + "---|" * len(COLUMNS)]
    return "\n".join([said, *head, *(_row(figure) for figure in group["figures"]), ""])


def _row(figure):
    spread = f"{number(figure['least'])} to {number(figure['most'])}" if figure["rounds"] > 1 else "one round"
    cells = (
        figure["name"], f"{number(figure['value'])} {figure['unit'] or ''}", spread, figure["peer"] or "",
        number(figure["peer_value"]), number(figure["ratio"]), number(figure["bar"]),
        {True: "yes", False: "**no**", None: ""}[figure["holds"]],
    )  # fmt: skip
    return "| " + " | ".join(str(cell).strip().replace("|", "/") for cell in cells) + " |"


def number(value):
    """Write a figure with four digits that count; words as they are."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "" if value is None else str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
