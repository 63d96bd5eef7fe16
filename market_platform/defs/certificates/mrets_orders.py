"""Acts at M-RETS itself: orders worked out from what it lists, handed in only when asked, transactions as they stand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from market_platform.certificates.desk import serials_of
from market_platform.defs.certificates.lists import mrets_client
from market_platform.platform import Platform
from market_platform.sources.mrets import transactions
from market_platform.sources.mrets.client import MretsClient
from market_platform.sources.mrets.documents import quantities_frame, resources_frame
from market_platform.sources.mrets.uploads import write_mass_transfer

TRANSACTIONS = ["id", "transaction_type", "status", "retirement_type", "retired_to", "notes", "created_at", "ended_at"]


@contextmanager
def registry(platform: Platform) -> Iterator[MretsClient]:
    """Give a client of M-RETS for as long as the block lasts. Raises SettingsError without a token."""
    client = mrets_client(platform)
    try:
        yield client
    finally:
        client.close()


def chosen(client: MretsClient, serials: Sequence[str], quantity: int) -> tuple[transactions.Range, ...]:
    """Return active ranges of the registry's own list: serials as BASE:FIRST-LAST, or a quantity, oldest vintage first."""
    listed = quantities_frame(client.whole("rec/certificate_quantities", include=["certificate"]))
    if listed["vintage"].isna().any():
        months = resources_frame(client.whole("rec/certificates")).set_index("id")["vintage"].to_dict()
        listed["vintage"] = [months.get(key) for key in listed["certificate_id"]]
    wanted = [serials_of(text) for text in serials]
    return transactions.chosen(listed, [(each.base, each.start, each.end) for each in wanted], quantity)


def transfer_order(
    client: MretsClient, to: str, serials: Sequence[str], quantity: int, notes: str
) -> transactions.Order:
    """Return a transfer to another organization. Raises RuleBroken as the registry's list forbids it."""
    organizations = resources_frame(client.whole("rec/organizations"))
    return transactions.transfer(chosen(client, serials, quantity), organizations, to, notes)


def retirement_order(
    client: MretsClient,
    serials: Sequence[str],
    quantity: int,
    option: str,
    *,
    reason: str | None = None,
    retired_to: str | None = None,
    notes: str = "",
) -> transactions.Order:
    """Return a retirement. Raises RuleBroken as the registry's list or its retirement options forbid it."""
    accounts, options = (resources_frame(client.whole(f"rec/{name}")) for name in ("accounts", "retirement_options"))
    ranges = chosen(client, serials, quantity)
    return transactions.retirement(ranges, accounts, options, option, reason=reason, retired_to=retired_to, notes=notes)


def transactions_listed(client: MretsClient, status: str | None) -> pd.DataFrame:
    """Return the organization's transactions with their status, the columns ``TRANSACTIONS``."""
    document = client.whole("rec/user_transactions", filters={"status": status} if status else None)
    return resources_frame(document).reindex(columns=TRANSACTIONS)


def write_mass_file(
    path: Path, ranges: Sequence[transactions.Range], organization_id: str, account_id: str, notes: str
) -> None:
    """Write the registry's mass transfer file for ranges, all to one organization or to one of the own accounts."""
    rows = [
        {
            "serial_numbers": f"{part.serial_base}-{part.serial_start} to {part.serial_end}", "quantity": part.quantity,
            "organization_id": organization_id, "account_id": account_id, "notes": notes,
        }
        for part in ranges
    ]  # fmt: skip
    path.write_bytes(write_mass_transfer(pd.DataFrame(rows)))
