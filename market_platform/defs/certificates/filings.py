"""The filing reports in the data folder: a CSV, an HTML page and a PDF a supplier, state and period."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from market_platform.certificates.compliance.duties import Load, filing
from market_platform.certificates.desk import Desk
from market_platform.platform import Platform


def write_filings(platform: Platform, desk: Desk, known: Sequence[Load], made_on: date) -> list[Path]:
    """Write the filing of each load as CSV, HTML and PDF and return the paths."""
    from market_platform.certificates.reports.filing_files import filing_csv, filing_html, filing_pdf

    folder = platform.settings.data_folder / "reports" / "certificates"
    folder.mkdir(parents=True, exist_ok=True)
    writers = {"csv": filing_csv, "html": filing_html, "pdf": filing_pdf}
    paths = []
    for load in known:
        report = filing(desk, load, made_on)
        name = f"{load.supplier} {load.state} {load.period}".replace("/", "-").replace(" ", "_")
        for kind, write in writers.items():
            path = folder / f"{name}.{kind}"
            path.write_bytes(write(report))
            paths.append(path)
    return paths
