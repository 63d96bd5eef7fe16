"""What registries list: M-RETS over its API, the others from export files. Bytes are archived before they are read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import httpx
import pandas as pd

from market_platform.certificates.desk import Desk
from market_platform.certificates.ledger.parties import Actor
from market_platform.certificates.registries.exports import HOLDING, read_export, write_export
from market_platform.certificates.registries.intake import Intake, certified, take_in
from market_platform.certificates.registries.reconcile import holdings_from_mrets
from market_platform.defs.certificates import simulated
from market_platform.defs.certificates.desk import is_simulated, mapping_of, open_desk, user_folder, user_table
from market_platform.errors import SettingsError
from market_platform.platform import Platform
from market_platform.sandbox.mrets_desk import MretsDesk
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sandbox.world import World
from market_platform.sources.mrets.client import MretsClient
from market_platform.sources.mrets.documents import quantities_frame, resources_frame

API = "M-RETS API"
GENERATORS = {"registry": "!", "generator": "!", "eligibility": "!"}


@dataclass(frozen=True)
class RegistryList:
    """One registry's list as read: rows of ``HOLDING``, where it came from, the hashes of its archived bytes."""

    registry: str
    rows: pd.DataFrame
    source: str
    payloads: tuple[str, ...]
    simulated: bool = False


def mrets_client(platform: Platform) -> MretsClient:
    """Return a client of M-RETS with the user's token. Raises SettingsError without one."""
    key = platform.settings.credentials.get("mrets_key")
    if key is None:
        msg = "M-RETS asks for your token: put it into MARKET_PLATFORM_MRETS_KEY, or import its export files"
        raise SettingsError(msg)
    return MretsClient(key, transport=transport_of(platform), sleep=platform.sleep)


def transport_of(platform: Platform) -> httpx.BaseTransport | None:
    """Return what stands in for the network: the test's transport, or the sandbox, or nothing."""
    if platform.transport is None and is_simulated(platform):
        desk = MretsDesk(platform.settings.data_folder / "sandbox" / "mrets.json")
        return SandboxTransport(platform.settings.sandbox_seed, platform.clock, registry=desk)
    return platform.transport


def read_mrets(platform: Platform, desk: Desk) -> RegistryList:
    """Read everything that M-RETS lists for the token's organization. Raises the client's errors; never a part."""
    client = mrets_client(platform)
    try:
        documents = {
            "quantities": client.whole("rec/certificate_quantities", include=["certificate"]),
            "certificates": client.whole("rec/certificates"),
            "generators": client.whole("generators"),
            "accounts": client.whole("accounts"),
        }
    finally:
        client.close()
    payloads = tuple(platform.archive.keep(json.dumps(each).encode()) for each in documents.values())
    rows = holdings_from_mrets(
        quantities_frame(documents["quantities"]),
        resources_frame(documents["certificates"]),
        resources_frame(documents["generators"]),
        desk.organization,
    )
    names = resources_frame(documents["accounts"]).set_index("id")["name"].to_dict()
    rows["account"] = [names.get(account, account) for account in rows["account"]]
    return RegistryList(
        "mrets", certified(rows, "mrets", certifications(platform)), API, payloads, is_simulated(platform)
    )


def read_files(platform: Platform, registry: str, files: list[Path]) -> RegistryList:
    """Read export files of one registry through its mapping; several are one list, the newest file's row wins."""
    mapping = mapping_of(platform, registry)
    parts, payloads = [], []
    for path in sorted(files):
        content = path.read_bytes()
        payloads.append(platform.archive.keep(content))
        parts.append(read_export(content, mapping))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=HOLDING)
    rows = rows.drop_duplicates(["generator", "serial_base", "serial_start", "serial_end"], keep="last")
    source = "export " + ", ".join(path.name for path in sorted(files))
    return RegistryList(registry, certified(rows, registry, certifications(platform)), source[:256], tuple(payloads))


def exported_lists(platform: Platform) -> Iterator[RegistryList]:
    """Yield the lists of all registries that are read from files: the user's, or in the sandbox simulated ones."""
    for registry in sorted((*simulated.EXPORTING, "mrets")):
        files = sorted((user_folder(platform) / "exports" / registry).glob("*.csv"))
        if files:
            yield read_files(platform, registry, files)
        elif is_simulated(platform) and registry in simulated.EXPORTING:
            yield _simulated_export(platform, registry)


def certifications(platform: Platform) -> pd.DataFrame:
    """Return what generators are certified for: the user's table, with the simulated plants' in the sandbox."""
    own = user_table(platform, "generators.csv", GENERATORS)
    parts = [] if own is None else [own]
    if is_simulated(platform):
        world = World(platform.settings.sandbox_seed)
        parts.append(simulated.generators(world, platform.clock().date()))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(GENERATORS))


def enter(
    platform: Platform, desk: Desk, found: RegistryList, actor: str, costs: Mapping[str, Decimal] | None = None
) -> Intake:
    """Bring a registry's list into the ledger, as its administrator says; see ``take_in``.

    ``costs`` gives dollars a certificate by fuel, where known; simulated lists bring invented ones.
    """
    if is_simulated(platform) and not costs and found.simulated:
        costs = simulated.COSTS.get(found.registry)
    clerk = Actor(actor, found.registry, "administrator")
    return take_in(
        desk.book, found.registry, found.rows, clerk, platform.clock(), found.source, desk.organization, costs
    )


def sync_all(platform: Platform, actor: str) -> Iterator[tuple[RegistryList, Intake]]:
    """Read every list that can be read and bring it into the ledger; M-RETS only where there is a token."""
    desk = open_desk(platform)
    for found in exported_lists(platform):
        yield found, enter(platform, desk, found, actor)
    if platform.settings.credentials.get("mrets_key") is not None:
        found = read_mrets(platform, desk)
        yield found, enter(platform, desk, found, actor)


def _simulated_export(platform: Platform, registry: str) -> RegistryList:
    """Write the sandbox's export in the mapping's headings and read it like a user's."""
    world = World(platform.settings.sandbox_seed)
    rows = simulated.listed(world, registry, platform.clock().date())
    mapping = mapping_of(platform, registry)
    content = write_export(rows, mapping)
    digest = platform.archive.keep(content)
    return RegistryList(
        registry, read_export(content, mapping), f"sandbox export of {registry} (simulated)", (digest,), True
    )
