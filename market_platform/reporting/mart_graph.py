"""The dbt project's graph as data: models, parents, feeds, columns, tests.

`dbt_project/graph.json` is written from dbt's own manifest by `market-platform docs`, so that the definitions load without
dbt and in a clean clone; a test holds it to the project.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2] / "dbt_project"
GRAPH_FILE = PROJECT / "graph.json"


@dataclass(frozen=True)
class Model:
    """One dbt model.

    ``parents`` are models, ``tables`` the lake's tables that it reads, ``feeds`` the feeds whose rows it takes from them
    (empty: all of them). ``tests`` says by name what each test demands.
    """

    name: str
    layer: str
    description: str
    columns: dict[str, str]
    parents: tuple[str, ...]
    tables: tuple[str, ...]
    feeds: tuple[str, ...]
    tests: dict[str, str]


@cache
def models() -> tuple[Model, ...]:
    """Return the project's models, staging first, each after its parents."""
    return tuple(
        Model(**{**row, **{name: tuple(row[name]) for name in ("parents", "tables", "feeds")}})
        for row in json.loads(GRAPH_FILE.read_text(encoding="utf-8"))
    )


def marts() -> tuple[Model, ...]:
    """Return the models that people read."""
    return tuple(model for model in models() if model.layer == "marts")


def graph_of(manifest: dict[str, Any]) -> str:
    """Return the graph file's text for a dbt manifest."""
    nodes = {node: spec for node, spec in manifest["nodes"].items() if spec["resource_type"] == "model"}
    tests: dict[str, dict[str, str]] = {node: {} for node in nodes}
    for spec in manifest["nodes"].values():
        if spec["resource_type"] == "test" and spec.get("attached_node") in tests:
            tests[spec["attached_node"]][spec["name"]] = _demand(spec["test_metadata"])
    rows = [_row(spec, tests[node]) for node, spec in nodes.items()]
    rows.sort(key=lambda row: (row["layer"] != "staging", row["name"]))
    ordered: list[dict[str, Any]] = []
    while rows:
        done = {row["name"] for row in ordered}
        ready = [row for row in rows if set(row["parents"]) <= done]
        ordered += ready
        rows = [row for row in rows if row not in ready]
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in ordered) + "\n]\n"


def _row(spec: dict[str, Any], tests: dict[str, str]) -> dict[str, Any]:
    above = [node.split(".") for node in spec["depends_on"]["nodes"]]
    return {
        "name": spec["name"],
        "layer": spec["fqn"][1],
        "description": spec["description"],
        "columns": {name: column["description"] for name, column in spec["columns"].items()},
        "parents": sorted(parts[-1] for parts in above if parts[0] == "model"),
        "tables": sorted(parts[-1] for parts in above if parts[0] == "source"),
        "feeds": spec["config"].get("meta", {}).get("feeds", []),
        "tests": dict(sorted(tests.items())),
    }


def _demand(test: dict[str, Any]) -> str:
    arguments = test["kwargs"].get("arguments", test["kwargs"])
    if test["name"] == "keyed_by":
        return f"one row per {', '.join(arguments['columns'])}, none of them blank"
    return f"every row holds: {arguments['condition']}"
