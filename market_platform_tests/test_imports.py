"""Imports run one way: a module may reach its own layer's folder and the layers below, nothing else."""

import ast
from pathlib import Path

import pytest

import market_platform

ROOT = Path(market_platform.__file__).parent
LAYERS = (
    {"errors"},
    {"markets"},
    {"contracts"},
    {"sources", "store"},
    {"ingest", "forecasting", "trading", "settlement", "certificates", "analysis", "alerts", "reporting", "sandbox"},
    {"settings"},
    {"platform"},
    {"cli", "api", "defs", "definitions", "upkeep", "drills"},
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
ENGINES = ("forecasting", "trading", "settlement", "certificates", "analysis")


def _imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def _modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path.name != "__init__.py" or path.parent != ROOT)


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_one_way(path: Path):
    own = _room(path)
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "market_platform" and len(parts) > 1:
            other = parts[1]
            assert other == own or LEVEL[other] < LEVEL[own] or {own, other} <= LAYERS[-1], (
                f"{own} imports {name}: only layers below are open to it"
            )


@pytest.mark.parametrize("room", ENGINES)
def test_engines_know_no_dagster_and_no_http(room: str):
    for path in (ROOT / room).rglob("*.py"):
        outside = {name.split(".")[0] for name in _imports(path)}
        assert not outside & {"dagster", "httpx", "fastapi"}, f"{path.relative_to(ROOT)} reaches past its layer"
