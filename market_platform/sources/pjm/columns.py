"""Data Miner's published columns, by dataset: what each is called here. What a reader can do without is optional."""

from market_platform.sources.tabular import Field, label, number

UTC = label("utc", "datetime_beginning_utc")
EPT = label("ept", "datetime_beginning_ept", optional=True)
STAMPS = (UTC, EPT)
VERSION = (label("is_current", "row_is_current", optional=True), number("version", "version_nbr", optional=True))

PNODE = (
    label("pnode_id", "pnode_id"),
    label("pnode_name", "pnode_name"),
    label("voltage", "voltage", optional=True),
    label("equipment", "equipment", optional=True),
    label("type", "type", optional=True),
    label("zone", "zone", optional=True),
)


def lmp_columns(run: str) -> tuple[Field, ...]:
    """Return the columns of verified prices; ``run`` is ``da`` or ``rt``."""
    return (
        *STAMPS,
        *PNODE,
        number("energy", f"system_energy_price_{run}", optional=True),
        number("lmp", f"total_lmp_{run}"),
        number("congestion", f"congestion_price_{run}", optional=True),
        number("loss", f"marginal_loss_price_{run}", optional=True),
        *VERSION,
    )


DATASETS: dict[str, tuple[Field, ...]] = {
    "da_hrl_lmps": lmp_columns("da"),
}

# Our name of the feed that a dataset fills, without ``pjm_``; prices come in one feed for hubs, zones and all nodes each.
LMP_FEEDS = {"da_hrl_lmps": "dam_lmp"}
FEEDS: dict[str, str] = {}
