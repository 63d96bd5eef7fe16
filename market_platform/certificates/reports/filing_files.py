"""A filing as CSV, HTML or PDF bytes. The PDF is drawn with matplotlib, which the platform has for its plots anyway."""

import csv
import html
import io
from collections.abc import Iterable, Iterator

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from market_platform.certificates.compliance.filing import Filing

PAGE_INCHES = (11.0, 8.5)
ROWS_PER_PAGE = 32
UNKNOWN = "not held"
STYLE = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:2rem;max-width:75rem;color:#1b1f24}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #c8ccd1;padding:.3rem .6rem;text-align:right}"
    "th{background:#eef1f4}td:first-child,th:first-child{text-align:left}caption{text-align:left;font-weight:600}"
)
TIER_HEADINGS = {
    "tier": "Tier", "percent": "% of load", "tier_total": "Tier total", "certificates_due": "Due", "retired": "Retired",
    "of_earlier_vintages": "of earlier vintages", "bank_cap": "Banking cap", "shortfall": "Shortfall",
    "payment_usd_per_certificate": "USD each", "payment_usd": "Payment USD", "source": "Source", "status": "Status",
}  # fmt: skip


def filing_csv(filing: Filing) -> bytes:
    """Return the filing as one CSV: facts, tiers, then every serial range retired for it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows(_facts(filing))
    for rows in (filing.tiers, filing.certificates):
        writer.writerow([])
        writer.writerow(rows.columns)
        writer.writerows(_cells(rows))
    return buffer.getvalue().encode()


def filing_html(filing: Filing) -> bytes:
    """Return the filing as a page of its own, with no script and nothing fetched from elsewhere."""
    facts = "".join(
        f"<tr><td>{html.escape(name)}</td><td>{html.escape(text)}</td></tr>" for name, text in _facts(filing)
    )
    tiers = filing.tiers.rename(columns=TIER_HEADINGS)
    page = (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{html.escape(_title(filing))}</title>"
        f"<style>{STYLE}</style></head><body><h1>{html.escape(_title(filing))}</h1><table>{facts}</table>"
        f"{_table(tiers, 'Obligation by tier')}{_table(filing.certificates, 'Certificates retired')}</body></html>"
    )
    return page.encode()


def filing_pdf(filing: Filing) -> bytes:
    """Return the filing as a PDF: a page of facts, tiers and a bar per tier, then the serial ranges, page by page."""
    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"Title": _title(filing), "CreationDate": None}) as pages:
        pages.savefig(_first_page(filing))
        for start in range(0, len(filing.certificates), ROWS_PER_PAGE):
            pages.savefig(_rows_page(filing, filing.certificates.iloc[start : start + ROWS_PER_PAGE]))
    return buffer.getvalue()


def filing_figure(filing: Filing) -> Figure:
    """Return a bar per tier: retired against due, for the asset's plot."""
    figure = Figure(figsize=(7, 3), layout="constrained")
    _draw_bars(figure.subplots(), filing)
    return figure


def _title(filing: Filing) -> str:
    return f"{filing.programme}: {filing.period.label}, {filing.supplier}"


def _facts(filing: Filing) -> list[tuple[str, str]]:
    total = filing.payment_usd
    facts = [
        ("Programme", filing.programme),
        ("State", filing.state),
        ("Period", f"{filing.period.label} ({filing.period.start} to {filing.period.end})"),
        ("Supplier", filing.supplier),
        ("Load MWh", f"{filing.load_mwh}"),
        ("Exempt MWh", f"{filing.exempt_mwh}"),
        ("Payment USD", UNKNOWN if total is None else f"{total:.2f}"),
        ("Made on", f"{filing.made_on}"),
        *filing.notes,
    ]
    return facts + [(item.replace("_", " ").capitalize(), f"{due}") for item, due in filing.duties]


def _cells(rows: pd.DataFrame) -> Iterator[list[str]]:
    for row in rows.itertuples(index=False):
        yield [UNKNOWN if value is None or value is pd.NA or value != value else f"{value}" for value in row]


def _table(rows: pd.DataFrame, caption: str) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in rows.columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>" for cells in _cells(rows)
    )
    return f"<table><caption>{html.escape(caption)}</caption><tr>{head}</tr>{body}</table>"


def _first_page(filing: Filing) -> Figure:
    figure = Figure(figsize=PAGE_INCHES)
    figure.suptitle(_title(filing), x=0.04, ha="left", fontsize=13, fontweight="bold")
    figure.text(0.04, 0.90, "\n".join(f"{name}: {text}" for name, text in _facts(filing)), va="top", fontsize=9)
    shown = filing.tiers.drop(columns=["source", "status"]).rename(columns=TIER_HEADINGS)
    _draw_table(figure.add_axes((0.04, 0.36, 0.92, 0.22)), shown.columns, list(_cells(shown)))
    _draw_bars(figure.add_axes((0.16, 0.10, 0.78, 0.20)), filing)
    sources = "; ".join(f"{row.tier}: {row.source} ({row.status})" for row in filing.tiers.itertuples())
    figure.text(0.04, 0.02, f"Sources. {sources}", fontsize=6, wrap=True)
    return figure


def _rows_page(filing: Filing, rows: pd.DataFrame) -> Figure:
    figure = Figure(figsize=PAGE_INCHES)
    figure.suptitle(f"{_title(filing)}: certificates retired", x=0.04, ha="left", fontsize=10)
    _draw_table(figure.add_axes((0.03, 0.04, 0.94, 0.88)), rows.columns, list(_cells(rows)))
    return figure


def _draw_table(axes: Axes, headings: Iterable[str], cells: list[list[str]]) -> None:
    axes.axis("off")
    table = axes.table(cellText=cells, colLabels=list(headings), loc="upper left")
    table.auto_set_font_size(False)
    table.set_fontsize(7.5)
    table.scale(1, 1.25)
    for (row, _), cell in table.get_celld().items():
        cell.set_edgecolor("#c8ccd1")
        cell.set_facecolor("#eef1f4" if row == 0 else "white")


def _draw_bars(axes: Axes, filing: Filing) -> None:
    tiers = list(filing.tiers["tier"])
    axes.barh(tiers, filing.tiers["certificates_due"], color="#d5dbe1", label="due")
    axes.barh(tiers, filing.tiers["retired"], height=0.45, color="#2f6f4f", label="retired")
    axes.invert_yaxis()
    axes.set_xlabel("certificates (MWh)", fontsize=8)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(labelsize=8)
    axes.legend(loc="best", fontsize=8, frameon=False)
