"""The monthly pack: what was expected, what was billed, why it differs, what is disputed, owed and due."""

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources

import jinja2
import openpyxl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from market_platform.settlement.charges.table import charge_named, name_of
from market_platform.settlement.disputes.draft import Dispute
from market_platform.settlement.payments.invoices import Invoice
from market_platform.settlement.reconciliation.reconcile import Reconciliation
from market_platform.settlement.reports.plots import draw_variances, draw_waterfall, variance_png, waterfall_png

ZERO = Decimal("0.00")
STATUS = {"V": "read in an official text", "S": "second-hand source", "U": "unverified"}
ROWS_PER_PAGE = 44
#: Rows that a table's title and headings take, and the fewest that are begun at the end of a page.
HEAD_ROWS, LEAST_ROWS = 4, 6
PAGE_INCHES = (11.0, 8.5)
#: A table of many columns is printed smaller.
FONT_POINTS, SMALL_POINTS, MANY_COLUMNS = 6.5, 5.5, 12
#: Columns that a page has no room for; the workbook has them all.
NOT_PRINTED = {"iso", "account", "market_day", "interval_end", "source", "deadline_status", "market"}
#: Endings of the columns that hold numbers.
NUMBERS = ("_usd", "_mwh")
MOST_LETTERS = 64


@dataclass(frozen=True)
class MonthlyPack:
    """All tables of one account's month at one ISO, ready to be written in three formats."""

    iso: str
    account: str
    first_day: date
    last_day: date
    outcome: Reconciliation
    tables: dict[str, pd.DataFrame]
    simulated: bool

    @property
    def title(self) -> str:
        """Name of the pack; simulated data say so."""
        mark = "SIMULATED: " if self.simulated else ""
        return f"{mark}{self.iso.upper()} settlement of {self.account}, {self.first_day} to {self.last_day}"

    @property
    def figures(self) -> list[tuple[str, str]]:
        """Headline numbers, revenue positive."""
        outcome = self.outcome
        return [
            ("Expected", f"{outcome.expected_usd:,.2f} USD"),
            ("Billed", f"{outcome.billed_usd:,.2f} USD"),
            ("Variance", f"{outcome.variance_usd:,.2f} USD"),
            ("Explained", f"{outcome.explained_usd:,.2f} USD"),
            ("Unexplained", f"{outcome.unexplained_usd:,.2f} USD"),
            ("Lines matched", f"{outcome.matched_lines:,} of {outcome.compared_lines:,} ({outcome.line_accuracy:.4%})"),
            ("Shadow accuracy in dollars", f"{outcome.dollar_accuracy:.4%}"),
        ]


def monthly_pack(
    iso: str,
    account: str,
    period: tuple[date, date],
    expected: pd.DataFrame,
    billed: pd.DataFrame,
    outcome: Reconciliation,
    *,
    disputes: Sequence[Dispute] = (),
    invoices: Sequence[Invoice] = (),
    ageing: pd.DataFrame | None = None,
    cash_flow: pd.DataFrame | None = None,
    simulated: bool = False,
) -> MonthlyPack:
    """Gather the tables of a month. ``expected`` and ``billed`` are charge lines; a charge shows its rule's status."""
    drafts = [
        {key: value for key, value in asdict(dispute).items() if key not in ("evidence", "statement_sha256")}
        for dispute in disputes
    ]
    bills = [{key: value for key, value in asdict(item).items() if key != "items"} for item in invoices]
    tables = {
        "Charges": charges_table(iso, expected, billed),
        "Causes": outcome.by_cause(),
        "Variances": outcome.variances,
        "Disputes": pd.DataFrame(drafts),
        "Invoices": pd.DataFrame(bills),
        "Ageing": pd.DataFrame() if ageing is None else ageing,
        "Cash flow": pd.DataFrame() if cash_flow is None else cash_flow,
    }
    return MonthlyPack(iso, account, period[0], period[1], outcome, tables, simulated)


def charges_table(iso: str, expected: pd.DataFrame, billed: pd.DataFrame) -> pd.DataFrame:
    """Return expected, billed and variance per charge with its name, rule status and source."""
    sums = [
        frame.groupby("charge_code")["amount_usd"].agg(lambda values: sum(values, ZERO)) for frame in (expected, billed)
    ]
    rows = []
    for code in sorted(set(sums[0].index) | set(sums[1].index)):
        ours, theirs = (total.get(code, ZERO) for total in sums)
        known = charge_named(iso, code)
        status = known.status if known else "U"
        rows.append(
            {
                "charge_code": code,
                "name": name_of(iso, code) or "not in the charge table",
                "expected_usd": ours,
                "billed_usd": theirs,
                "variance_usd": theirs - ours,
                "rule": f"{status}: {STATUS[status]}",
                "source": known.source if known else "",
            }
        )
    return pd.DataFrame(rows)


def _cell(value: object) -> object:
    """Give a value as a person reads it: money as it is, moments as UTC text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    return value


def to_html(pack: MonthlyPack) -> str:
    """Return one self-contained page, plots inside; every text is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(resources.files(__package__).joinpath("pack.html").read_text(encoding="utf-8"))
    plots = [waterfall_png(pack.outcome, "From expected to billed"), variance_png(pack.outcome, "Variance by cause")]
    tables = [(name, *_printed(frame)) for name, frame in pack.tables.items() if len(frame)]
    return template.render(
        pack=pack, tables=tables, plots=[base64.b64encode(plot).decode() for plot in plots], legend=STATUS
    )


def to_xlsx(pack: MonthlyPack) -> bytes:
    """Return a workbook: a summary and one sheet per table; amounts are numbers with two decimals."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Summary"
    for row in [(pack.title, ""), *pack.figures]:
        sheet.append(row)
    sheet["A1"].font = Font(bold=True)
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 34
    for name, frame in pack.tables.items():
        _sheet(book.create_sheet(name), frame)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _sheet(sheet: Worksheet, frame: pd.DataFrame) -> None:
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False):
        sheet.append([_text_safe(_cell(value)) for value in row])
    for number, column in enumerate(frame.columns, start=1):
        letter = get_column_letter(number)
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet.column_dimensions[letter].width = max(12, min(40, len(str(column)) + 4))
        if column.endswith("_usd"):
            for cell in sheet[letter][1:]:
                cell.number_format = "#,##0.00"
    sheet.freeze_panes = "A2"


def _text_safe(value: object) -> object:
    """Keep a text from outside from being taken for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@", "-") else value


def to_pdf(pack: MonthlyPack) -> bytes:
    """Return the pack as PDF: headline figures and both plots, then every table page by page."""
    buffer = io.BytesIO()
    with PdfPages(buffer, metadata={"Title": pack.title}) as pages:
        figure = Figure(figsize=PAGE_INCHES, layout="constrained")
        figure.suptitle(pack.title, fontsize=13)
        head, waterfall, causes = figure.subplots(3, 1, height_ratios=[1, 2, 2])
        _draw_table(head, [[label, value] for label, value in pack.figures], [("Figure", False), ("Value", True)])
        draw_waterfall(waterfall, pack.outcome, "From expected to billed")
        draw_variances(causes, pack.outcome.by_cause(), "Variance by cause")
        pages.savefig(figure)
        for page in _pages(pack.tables):
            pages.savefig(page)
    return buffer.getvalue()


def _pages(tables: dict[str, pd.DataFrame]) -> Iterator[Figure]:
    """Yield pages filled with the tables one below the other; one that is too long goes on with its headings."""
    figure, used = Figure(figsize=PAGE_INCHES), 0
    for name, frame in tables.items():
        headings, rows = _printed(frame)
        begin = 0
        while begin < len(rows):
            room = ROWS_PER_PAGE - used - HEAD_ROWS
            if room < min(len(rows) - begin, LEAST_ROWS):
                yield figure
                figure, used = Figure(figsize=PAGE_INCHES), 0
                continue
            part = [[text[:MOST_LETTERS] for text in row] for row in rows[begin : begin + room]]
            top = 0.96 - 0.93 * used / ROWS_PER_PAGE
            whole = begin == 0 and len(part) == len(rows)
            title = name if whole else f"{name}: rows {begin + 1} to {begin + len(part)} of {len(rows)}"
            figure.text(0.03, top, title, fontsize=10, fontweight="bold", va="top")
            height = 0.93 * (len(part) + 1) / ROWS_PER_PAGE
            _draw_table(figure.add_axes((0.01, top - 0.03 - height, 0.98, height)), part, headings)
            begin, used = begin + len(part), used + len(part) + HEAD_ROWS
    if used:
        yield figure


def _printed(frame: pd.DataFrame) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    """Return the headings of what a page has room for, each with whether numbers stand under it, and the rows as text."""
    kept = [column for column in frame.columns if column not in NOT_PRINTED]
    headings = [(_heading(column), column.endswith(NUMBERS) or column == "lines") for column in kept]
    rows = [[_text(column, value) for column, value in zip(kept, row, strict=True)] for row in frame[kept].to_numpy()]
    return headings, rows


def _text(column: str, value: object) -> str:
    """Return a value as a person reads it: money with cents, other numbers without trailing zeros."""
    shown = _cell(value)
    if isinstance(shown, float | Decimal) and column.endswith("_usd"):
        return f"{shown:,.2f}"
    if isinstance(shown, float | Decimal):
        return f"{shown:,.6f}".rstrip("0").rstrip(".")
    if column == "dispute_id":
        return str(shown)[:12]
    return str(shown).replace("_", " ") if column == "cause" else str(shown)


def _draw_table(axes: Axes, rows: list[list[str]], headings: list[tuple[str, bool]]) -> None:
    axes.axis("off")
    table = axes.table(cellText=rows, colLabels=[heading for heading, _ in headings], loc="upper left", cellLoc="left")
    table.auto_set_font_size(value=False)
    table.set_fontsize(SMALL_POINTS if len(headings) > MANY_COLUMNS else FONT_POINTS)
    table.auto_set_column_width(list(range(len(headings))))
    for (row, column), cell in table.get_celld().items():
        cell.set_edgecolor("#d8dade")
        cell.set_facecolor("#f0f1f4" if row == 0 else "white")
        cell.set_height(1 / (len(rows) + 1))
        cell.set_text_props(ha="right" if headings[column][1] else "left")


def _heading(column: str) -> str:
    """Shorten a column's name for print, its unit as a trader writes it."""
    units = (("_usd_per_mwh", " $/MWh"), ("_usd", " $"), ("_mwh", " MWh"))
    for suffix, unit in units:
        column = column.removesuffix(suffix) + unit if column.endswith(suffix) else column
    return column.replace("_", " ")
