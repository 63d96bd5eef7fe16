"""The pages that people follow, followed: every command of the first hour, every block of the feed template."""

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page, language):
    return re.findall(
        rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.long
def test_the_first_hour_runs_line_by_line(tmp_path):
    import shlex

    settings = {
        "MARKET_PLATFORM_DATA": str(tmp_path / "data"),
        "MARKET_PLATFORM_ORIGIN": "sandbox",
        "PATH": os.environ["PATH"],
    }
    commands = [line for block in blocks("first-hour.md", "sh") for line in block.splitlines()]
    assert len(commands) == 10
    said = {}
    for line in commands:
        words = shlex.split(line)
        assert words.pop(0) == "market-platform"
        result = CliRunner().invoke(app, words, env=settings)
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception}"
        said[line] = result.output
    days, hours = (said[line] for line in commands if "market-platform sql" in line and "FROM lmp WHERE" in line)
    counted = dict(line.split(",")[:2] for line in days.splitlines()[1:])  # NYISO serves whole months
    assert [counted[f"2025-11-{day}"] for day in ("01", "02", "03")] == ["24", "25", "24"]
    assert len(hours.splitlines()) == 26
    assert "2025-11-02,all," in said[commands[7]]
    assert (tmp_path / "data" / "briefs" / "brief-2025-11-02.html").is_file()
    assert said[commands[-1]].splitlines()[1] == "0"


def test_the_feed_template_runs_block_by_block():
    (sample,) = blocks("adding-a-feed.md", "csv")
    space = {"FILE": sample.encode()}
    for block in blocks("adding-a-feed.md", "python"):
        exec(compile(block, "adding-a-feed.md", "exec"), space)
    refused = space["verdict"].refused
    assert len(refused) == 1
    assert "lots" in refused["reason"].iloc[0]


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_between_pages_lead_somewhere(page):
    text = (DOCS / page).read_text(encoding="utf-8")
    assert not [target for target in re.findall(r"\]\(([\w./-]+\.(?:md|png))\)", text) if not (DOCS / target).exists()]
