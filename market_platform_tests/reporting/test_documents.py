"""Generated pages say what the declarations say."""

from pathlib import Path

import pytest

from market_platform.reporting.documents import PAGES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_the_one_the_declarations_give(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run `market-platform docs`"
