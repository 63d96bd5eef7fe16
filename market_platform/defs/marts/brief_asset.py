"""The market brief as an asset: a page and a PDF for each market day."""

from datetime import date

import dagster as dg

from market_platform.defs.marts.brief_files import find_browser, write_brief
from market_platform.defs.partitions import market_days
from market_platform.platform import Platform
from market_platform.reporting.mart_graph import marts

ZONE = "America/Los_Angeles"


@dg.asset(
    key="market_brief",
    group_name="reporting",
    kinds={"html"},
    partitions_def=market_days(ZONE),
    deps=[model.name for model in marts()],
    description="The market brief of a day: one self-contained page and a PDF in data/briefs, for desk, phone and print.",
)
def market_brief(context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult:
    """Write the brief of the partition's day."""
    files = write_brief(platform, date.fromisoformat(context.partition_key), browser=find_browser())
    lines = [f"- **{title}**: {reason}" for title, reason in files.missing.items()]
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.path(str(files.page)),
            "pdf": dg.MetadataValue.path(str(files.pdf)),
            "open": dg.MetadataValue.url(files.page.as_uri()),
            "parts_with_data": files.parts - len(files.missing),
            "pdf_drawn_by": files.drawn_by,
            "simulated": platform.settings.origin == "sandbox",
            "nothing_to_show_yet": dg.MetadataValue.md("\n".join(lines) or "every part has data"),
        }
    )
