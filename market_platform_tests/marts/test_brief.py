"""The brief of a sandbox day: complete, self-contained, and sound in a real browser on a desk and on a phone."""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app
from market_platform.defs.marts.brief_asset import market_brief
from market_platform.defs.marts.brief_files import find_browser, write_brief
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform_tests.marts.conftest import platform_in

pytestmark = pytest.mark.long

DAY = date(2026, 11, 19)
CHROMIUM = Path("/usr/bin/chromium")
PARTS = {
    "prices", "premium", "spreads", "forecast", "load", "renewables", "congestion", "storage", "curve", "basis", "spark",
    "carbon", "certificates", "bids", "awards", "profit", "settlement", "health",
}  # fmt: skip


@pytest.fixture(scope="session")
def brief(marts_platform, tmp_path_factory):
    return write_brief(marts_platform, DAY, tmp_path_factory.mktemp("briefs"), browser=find_browser())


@pytest.fixture
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright here")
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM} here")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


def test_every_part_is_there_or_says_why_not(brief):
    page = brief.page.read_text(encoding="utf-8")
    assert set(re.findall(r'(?:<section class="[^"]*"|<dd) id="(\w+)"', page)) == PARTS
    assert page.count("Source:") == len(PARTS) - len(brief.missing)
    assert "Simulated data." in page
    assert page.count("Simulated · Source:") == page.count("Source:")
    assert "Bids" in brief.missing


def test_the_page_fetches_nothing(brief):
    page = brief.page.read_text(encoding="utf-8")
    assert not re.findall(r"https?://|<script|@import|url\(", page)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_in_chromium_nothing_is_amiss(browser, brief, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    told, asked = [], []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(brief.page.as_uri())
    assert told == []
    assert asked == [brief.page.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".heat b").count() >= 16 * 24
    assert _contrast(page, "h1") > 7
    assert _contrast(page, ".claim >> nth=0") > 4.5
    assert _contrast(page, ".source >> nth=0") > 4.5
    assert _contrast(page, "footer") > 4.5
    page.close()


def test_the_heat_map_of_the_long_day_has_25_columns(marts_platform, tmp_path):
    files = write_brief(marts_platform, date(2026, 11, 1), tmp_path, browser=None)
    page = files.page.read_text(encoding="utf-8")
    assert "--columns:25" in page
    assert re.findall(r'class="hour">(\d\d)<', page)[:4] == ["00", "01", "01", "02"]


def test_the_pdf_is_drawn_by_a_browser_and_without_one(marts_platform, brief, tmp_path):
    assert brief.pdf.read_bytes().startswith(b"%PDF-")
    assert brief.drawn_by == "matplotlib" or shutil.which(brief.drawn_by)
    broken = write_brief(marts_platform, DAY, tmp_path, browser="/bin/false")
    assert broken.drawn_by == "matplotlib"
    alone = write_brief(marts_platform, DAY, tmp_path, browser=None)
    assert alone.drawn_by == "matplotlib"
    assert alone.pdf.read_bytes().startswith(b"%PDF-")


def test_the_asset_links_the_page(marts_platform):
    metadata = metadata_of(marts_platform)
    assert Path(metadata["page"].value).is_file()
    assert metadata["open"].value == f"market-platform brief --day {DAY} --open"
    assert "- **Day-ahead against real-time**: " in metadata["brief"].value
    assert metadata["simulated"].value is True


def test_the_asset_links_to_the_api_where_its_address_is_known(marts_platform):
    settings = Settings(data=marts_platform.settings.data, origin="sandbox", api_url="https://desk.example/")
    served = Platform(settings, clock=marts_platform.clock)
    assert metadata_of(served)["open"].value == f"https://desk.example/dashboard#brief/{DAY}"


def metadata_of(platform):
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [market_brief], partition_key=DAY.isoformat(), instance=instance, resources={"platform": platform}
        )
        return result.get_asset_materialization_events()[0].materialization.metadata


def _contrast(page, selector):
    """Return the contrast of a text with the page, after WCAG."""
    colours = page.locator(selector).first.evaluate(
        "element => { let paper = element; while (getComputedStyle(paper).backgroundColor === 'rgba(0, 0, 0, 0)') "
        "paper = paper.parentElement; return [getComputedStyle(element).color, getComputedStyle(paper).backgroundColor]; }"
    )
    light = sorted(_luminance([int(part) for part in re.findall(r"\d+", colour)[:3]]) for colour in colours)
    return (light[1] + 0.05) / (light[0] + 0.05)


def _luminance(channels):
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_commands_build_the_marts_and_write_the_brief(marts_platform, tmp_path):
    # Commands go by the real clock: on the shared folder their build would be later than all that other tests lay in.
    folder = shutil.copytree(
        marts_platform.settings.data_folder, tmp_path / "data", ignore=shutil.ignore_patterns("market.duckdb*")
    )
    platform = platform_in(folder)
    environment = {
        "MARKET_PLATFORM_DATA": str(folder),
        "MARKET_PLATFORM_ORIGIN": "sandbox",
    }

    def call(*words):
        result = CliRunner().invoke(app, words, env=environment, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    counted = {row["mart"]: row["rows"] for row in json.loads(call("marts", "--json"))}
    with platform.catalog.connect() as connection:
        assert connection.sql("SELECT count(*) FROM prices_hourly").fetchall() == [(counted["prices_hourly"],)]
    written = json.loads(call("brief", "--day", DAY.isoformat(), "--json"))
    assert written["day"] == DAY.isoformat()
    assert Path(written["pdf"]).read_bytes().startswith(b"%PDF-")
    words = call("brief", "--day", DAY.isoformat())
    assert f"{len(PARTS) - len(written['missing'])} of {len(PARTS)} parts have data for {DAY} (simulated data)" in words
    assert all(f"  {title}: {reason}" in words for title, reason in written["missing"].items())
