"""The brief as files: what it reads is gathered here, the page and the PDF are written here."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from market_platform.ingest.status import feed_statuses
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.reporting.brief.data import Frames, gather
from market_platform.sources.catalogue import FEEDS

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
# The last of the markets to end its day.
LATEST_ZONE = ZoneInfo("America/Los_Angeles")
PRINT_SECONDS = 60


@dataclass(frozen=True)
class BriefFiles:
    """Where the brief of a day lies, what drew its PDF, what each part says, and what it had nothing for."""

    page: Path
    pdf: Path
    drawn_by: str
    claims: dict[str, str]
    missing: dict[str, str]

    @property
    def parts(self) -> int:
        """How many parts the brief has."""
        return len(self.claims) + len(self.missing)


def last_whole_day(platform: Platform) -> date:
    """Return the last market day that has ended in every market."""
    return today(platform.clock(), LATEST_ZONE) - timedelta(days=1)


def write_brief(platform: Platform, day: date, folder: Path | None = None, *, browser: str | None) -> BriefFiles:
    """Write page and PDF of a market day, by default into ``data/briefs``; without a ``browser`` matplotlib draws the PDF."""
    from market_platform.reporting.brief.page import compose, html

    simulated = platform.settings.origin == "sandbox"
    brief = compose(_frames(platform, day), day, platform.clock(), simulated=simulated)
    page, paper = (brief_file(platform, str(day), form, folder) for form in ("html", "pdf"))
    page.parent.mkdir(parents=True, exist_ok=True)
    _replace(page, html(brief).encode())
    printed = print_page(browser, page) if browser else None
    if printed is None:
        from market_platform.reporting.brief.paper import pdf

        printed = pdf(brief)
        browser = None
    _replace(paper, printed)
    claims = {part.title: part.claim for part in brief.parts if not part.missing}
    missing = {part.title: part.missing for part in brief.parts if part.missing}
    return BriefFiles(page, paper, Path(browser).name if browser else "matplotlib", claims, missing)


def brief_file(platform: Platform, day: str, form: str, folder: Path | None = None) -> Path:
    """Return where the brief of a day (YYYY-MM-DD) lies, as ``html`` or ``pdf``, by default in ``data/briefs``."""
    return (folder or platform.settings.data_folder / "briefs") / f"brief-{day}.{form}"


def written_briefs(platform: Platform) -> list[tuple[date, datetime]]:
    """Return the days that have a brief, the newest first, and when (UTC) each was last written."""
    pages = brief_file(platform, "????-??-??", "html")
    found = [
        (date.fromisoformat(page.stem.removeprefix("brief-")), datetime.fromtimestamp(page.stat().st_mtime, UTC))
        for page in pages.parent.glob(pages.name)
    ]
    return sorted(found, reverse=True)


def find_browser() -> str | None:
    """Return a Chromium of this machine, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def print_page(browser: str, page: Path) -> bytes | None:
    """Print a page to PDF with a browser, or return None where it does not come to that."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "brief.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-extensions",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            page.resolve().as_uri(),
        ]
        if os.geteuid() == 0:
            command.insert(2, "--no-sandbox")  # Chromium refuses to start as root otherwise
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PRINT_SECONDS)  # noqa: S603
        except (subprocess.SubprocessError, OSError):
            return None
        return target.read_bytes() if target.exists() else None


def _frames(platform: Platform, day: date) -> Frames:
    with platform.catalog.connect() as connection:
        frames = gather(connection, day)
    statuses = feed_statuses(platform.ledger, platform.clock())
    frames["health"] = pd.DataFrame([{**asdict(each), "publisher": FEEDS[each.feed].publisher} for each in statuses])
    return frames


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)
