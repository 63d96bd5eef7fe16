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
    address = platform.settings.api_url.rstrip("/")
    # A browser follows no link from a served page to a file of the machine; the API's dashboard asks for the key first.
    link = dg.MetadataValue.url(f"{address}/dashboard#brief/{context.partition_key}") if address else None
    return dg.MaterializeResult(
        metadata={
            "brief": dg.MetadataValue.md(_listed(files.claims) or "no part has data yet"),
            "nothing_to_show_yet": dg.MetadataValue.md(_listed(files.missing) or "every part has data"),
            "page": dg.MetadataValue.path(str(files.page)),
            "pdf": dg.MetadataValue.path(str(files.pdf)),
            "open": link or dg.MetadataValue.text(f"market-platform brief --day {context.partition_key} --open"),
            "parts_with_data": len(files.claims),
            "pdf_drawn_by": files.drawn_by,
            "simulated": platform.settings.origin == "sandbox",
        }
    )


def _listed(parts: dict[str, str]) -> str:
    return "\n".join(f"- **{title}**: {text}" for title, text in parts.items())
