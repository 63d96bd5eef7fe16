"""The dashboard in a real browser: wide and narrow, both themes, live, and nothing leaves the machine."""

from datetime import timedelta
from pathlib import Path

import pytest

from market_platform.api.app import create_app
from market_platform.api.live.follow import Beats
from market_platform.contracts.families.prices import LMP
from market_platform.defs.marts.brief_files import brief_file
from market_platform_tests.api.conftest import NOW, Served, keys_of, serving, small_platform

pytestmark = pytest.mark.long

CHROMIUM = Path("/usr/bin/chromium")
FEED = "pjm_rt_5min_unverified_lmp_hub"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    platform = small_platform(tmp_path_factory.mktemp("shown"), ("pjm_dam_lmp_hub", FEED))
    with serving(create_app(platform, beats=Beats(lake=0.2, ledger=0.1))) as url:
        yield Served(url, platform, keys_of(platform))


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield made
        made.close()


def test_without_a_key_the_page_holds_no_data_and_names_its_policy(shown):
    with shown.client(None) as client:
        page = client.get("/dashboard")
        assert "script-src 'self'" in page.headers["content-security-policy"]
        assert "http://" not in page.text
        assert "https://" not in page.text
        assert client.get("/", follow_redirects=True).text == page.text


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_the_page_shows_the_market_and_follows_it(shown, browser, width, theme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{shown.url}/dashboard#pjm")
    page.fill("#key", shown.keys["read"])
    page.click("form button")
    page.wait_for_selector("#prices td:has-text('WESTERN HUB')", timeout=20_000)
    page.wait_for_selector("#heat td.cell", timeout=20_000)
    page.wait_for_selector("#health table", timeout=20_000)
    assert page.inner_text("#simulated") == "simulated data"
    price = 1000.0 + width
    rows = shown.platform.lake.read(LMP, f"feed = '{FEED}' AND location = 'WESTERN HUB'").nlargest(1, "interval_end")
    changed = rows[list(LMP.row_columns)].assign(lmp_usd_per_mwh=price, energy_usd_per_mwh=price)
    changed[["congestion_usd_per_mwh", "loss_usd_per_mwh"]] = 0.0
    shown.platform.lake.commit(LMP, FEED, changed, payload="d" * 64, read_at=NOW + timedelta(minutes=width))
    page.wait_for_selector(f"#prices td:has-text('{price:,.2f}')", timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    assert all(address.startswith((shown.url, "data:", shown.url.replace("http", "ws"))) for address in asked)
    context.close()


def test_a_link_to_a_brief_asks_for_the_key_and_shows_it(shown, browser):
    page_of = brief_file(shown.platform, "2026-11-19", "html")
    page_of.parent.mkdir(parents=True, exist_ok=True)
    page_of.write_text("<!doctype html><title>A brief</title><style>h1 { color: red }</style><h1>The day</h1>")
    context = browser.new_context()
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{shown.url}/dashboard#brief/2026-11-19")
    page.fill("#key", shown.keys["read"])
    page.click("form button")
    page.wait_for_selector("h1:has-text('The day')", timeout=20_000)
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(255, 0, 0)"
    page.go_back()
    page.click("#briefs a:has-text('page')", timeout=20_000)
    page.wait_for_selector("h1:has-text('The day')", timeout=20_000)
    assert said == []
    context.close()


def test_a_wrong_key_is_told(shown, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{shown.url}/dashboard")
    page.fill("#key", "mp_000000000000_wrong")
    page.click("form button")
    page.wait_for_selector("#refused:has-text('does not open')", timeout=20_000)
    context.close()
