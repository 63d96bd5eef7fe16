"""The filing reports in the data folder: a CSV, an HTML page and a PDF a supplier, state and period."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from market_platform.certificates.compliance.duties import filing
from market_platform.certificates.compliance.load import Load
from market_platform.certificates.desk import Desk
from market_platform.platform import Platform


def write_filings(platform: Platform, desk: Desk, known: Sequence[Load], made_on: date) -> list[Path]:
    """Write the filing of each load as CSV, HTML and PDF where it has changed, and return all paths."""
    from market_platform.certificates.reports.filing_files import filing_csv, filing_html, filing_pdf

    folder = platform.settings.data_folder / "reports" / "certificates"
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for load in known:
        report = filing(desk, load, made_on)
        name = f"{load.supplier} {load.state} {load.period}".replace("/", "-").replace(" ", "_")
        table, page, print_out = (folder / f"{name}.{kind}" for kind in ("csv", "html", "pdf"))
        content = filing_csv(report)
        paths += [table, page, print_out]
        # The CSV holds every fact of the filing and is written last: where it stands unchanged, so do the others.
        if all(path.exists() for path in (table, page, print_out)) and table.read_bytes() == content:
            continue
        page.write_bytes(filing_html(report))
        print_out.write_bytes(filing_pdf(report))
        table.write_bytes(content)
    return paths
