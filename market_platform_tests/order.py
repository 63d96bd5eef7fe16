"""The order of the tests, drawn by a seed: what passes only behind another test shows itself."""

import random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the order be drawn."""
    parser.addoption("--order", type=int, help="run the modules, and the tests of each, in an order drawn by this seed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Draw the order; a module's tests stay together, because its fixtures are made once."""
    seed = config.getoption("--order")
    if seed is not None:
        draw = random.Random(seed)
        place = {path: draw.random() for path in sorted({item.path for item in items})}
        items.sort(key=lambda item: (place[item.path], draw.random()))
