"""The certificate desk of a platform: ledger, rules and the user's own files, put together for assets, commands and API.

The user's files lie in ``<data folder>/certificates``; each is optional:

| file | columns |
|---|---|
| ``exports/<registry>/*.csv`` | lists downloaded from a registry, in its own headings |
| ``mappings/<registry>.csv`` | field, heading, format: replaces the shipped mapping of that registry |
| ``reference/<table>.csv`` | rows of your own, status ``own``, added to the shipped table of that name |
| ``generators.csv`` | registry, generator, eligibility (``DC:Solar;DC:Tier I``) |
| ``load.csv`` | supplier, state, period, load_mwh, exempt_mwh, tiers, feed, location, share_percent, source |
| ``marks.csv`` | price_usd and any of registry, fuel, location, vintage |
| ``esg/*.csv`` | see ``esg_inputs.py`` |
"""

import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from market_platform.certificates.desk import Desk
from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.reference import FILES, Reference, reference_from
from market_platform.certificates.registries.exports import Column, mapping_from
from market_platform.errors import SchemaChanged, SettingsError
from market_platform.platform import Platform

SIMULATED_ORGANIZATION = "Simulated Prairie Power"
SHIPPED = Path(__file__).parents[3] / "data" / "reference" / "certificates"


def open_desk(platform: Platform) -> Desk:
    """Return the desk over the platform's ledger. Raises SettingsError without reference rows or an organization."""
    reference = open_reference(platform)
    book = CertificateBook(platform.ledger, reference.registries, reference.programmes)
    return Desk(book, reference, organization_of(platform))


def organization_of(platform: Platform) -> str:
    """Return whose desk it is: the simulated organization in the sandbox, else the one of the settings."""
    if is_simulated(platform):
        return SIMULATED_ORGANIZATION
    if platform.settings.organization:
        return platform.settings.organization
    msg = "no organization is set: put your name as the registries spell it into MARKET_PLATFORM_ORGANIZATION"
    raise SettingsError(msg)


def is_simulated(platform: Platform) -> bool:
    """Whether the registries are the sandbox's."""
    return platform.settings.origin == "sandbox"


def open_reference(platform: Platform) -> Reference:
    """Return the shipped rows with the user's own rows below them. Raises SchemaChanged naming file and line."""
    folder, own = reference_folder(platform), user_folder(platform) / "reference"
    files = {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}
    for name in FILES:
        if (own / name).exists():
            files[name] = _joined(files[name], (own / name).read_bytes())
    return reference_from(files)


def mapping_of(platform: Platform, registry: str) -> tuple[Column, ...]:
    """Return how a registry's export is read: the user's mapping, or the shipped one."""
    for folder in (user_folder(platform), reference_folder(platform)):
        path = folder / "mappings" / f"{registry}.csv"
        if path.exists():
            return mapping_from(path.read_bytes())
    msg = f"no mapping for the exports of {registry}: write {user_folder(platform) / 'mappings' / f'{registry}.csv'}"
    raise SettingsError(msg)


def reference_folder(platform: Platform) -> Path:
    """Return where the shipped rows lie: in the data folder, or beside the code."""
    for folder in (platform.settings.data_folder / "reference" / "certificates", SHIPPED):
        if folder.is_dir():
            return folder
    msg = f"the reference rows of certificates are in neither {platform.settings.data_folder} nor {SHIPPED}"
    raise SettingsError(msg)


def user_folder(platform: Platform) -> Path:
    """Return the folder of the user's own certificate files."""
    return platform.settings.data_folder / "certificates"


def user_table(platform: Platform, name: str, columns: Mapping[str, str]) -> pd.DataFrame | None:
    """Read one of the user's tables as text, or return None where there is none.

    ``columns`` maps each column to what it holds when it is left out; ``!`` marks one that must be there. Raises
    SchemaChanged naming file and column.
    """
    path = user_folder(platform) / name
    if not path.exists():
        return None
    rows = pd.read_csv(io.BytesIO(path.read_bytes()), dtype=str, keep_default_na=False)
    missing = [column for column, absent in columns.items() if absent == "!" and column not in rows]
    unknown = sorted(set(rows.columns) - set(columns))
    if missing or unknown:
        msg = f"{path}: lacks the columns {missing}, has unknown ones {unknown}; known are {list(columns)}"
        raise SchemaChanged(msg)
    left_out = {column: absent for column, absent in columns.items() if column not in rows}
    return rows.assign(**left_out)[list(columns)]


def _joined(shipped: bytes, own: bytes) -> bytes:
    """Put the user's rows under the shipped ones; the user's file repeats the headings."""
    head, _, rows = own.decode("utf-8-sig").partition("\n")
    if head.strip() != shipped.decode("utf-8-sig").partition("\n")[0].strip():
        msg = f"your own reference rows need the headings of the shipped table, found {head.strip()!r}"
        raise SchemaChanged(msg)
    return shipped.rstrip(b"\n") + b"\n" + rows.encode()
