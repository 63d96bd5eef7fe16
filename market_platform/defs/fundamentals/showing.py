"""How the fundamentals' assets show what they made: tables, pictures, and what to do where there is nothing yet."""

import dagster as dg
import pandas as pd


def table(rows: pd.DataFrame, decimals: int = 3) -> dg.MarkdownMetadataValue:
    """Return rows as a Markdown table."""
    return dg.MetadataValue.md(rows.round(decimals).to_markdown(index=False))


def picture(title: str, content: bytes) -> dg.MarkdownMetadataValue:
    """Return a PNG that the UI shows."""
    from market_platform.reporting.images import markdown_image

    return dg.MetadataValue.md(markdown_image(title, content))


def nothing_yet(advice: str) -> dg.MaterializeResult:
    """Return the honest end of an asset that has nothing to work on."""
    return dg.MaterializeResult(metadata={"dagster/row_count": 0, "note": advice})
