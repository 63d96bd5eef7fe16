"""Seals of the lake's files: the hash of each as it was when it was first found whole.

A file of a Delta table never changes, so one that differs from its seal is damaged, also where it can still be read: its
format carries no checksum, and a changed byte of a price would go unnoticed.
"""

import hashlib
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from market_platform.contracts.contract import Contract
from market_platform.platform import Platform
from market_platform.upkeep.file_copy import Tree
from market_platform.upkeep.moving import root_of
from market_platform.upkeep.seal_table import lake_seals


def name_in_lake(contract: Contract, file: str) -> str:
    """Return a live file's name from the lake's root: the same after a move to other stores."""
    return contract.name + unquote(file).split(f"/{contract.name}", 1)[1]


def known_seals(platform: Platform) -> dict[str, str]:
    """Return the seals by file."""
    with platform.ledger.read() as connection:
        return {row.file: row.sha256 for row in connection.execute(sa.select(lake_seals))}


def look_at(content: bytes, seal: str | None) -> str:
    """Return what is wrong with a file's bytes, nothing where they are whole."""
    try:
        pq.read_table(pa.BufferReader(content))
    except (OSError, pa.ArrowException) as error:
        return str(error).splitlines()[0]
    return "its bytes have changed since it was sealed" if seal not in (None, hash_of_bytes(content)) else ""


def seal(platform: Platform, whole: Mapping[str, str]) -> None:
    """Seal files that were found whole: hashes by name."""
    at = platform.clock()
    rows: list[dict[str, object]] = [
        {"file": name, "sha256": digest, "sealed_at": at} for name, digest in whole.items()
    ]
    with platform.ledger.begin() as connection:
        platform.ledger.upsert(connection, lake_seals, rows, keep=True)


def seal_fresh_files(platform: Platform) -> int:
    """Seal every live file that has no seal yet and can be read; forget those of files that are gone. Return how many."""
    tree, known = Tree(root_of(platform.settings, "lake")), known_seals(platform)
    live, fresh = set(_live_files(platform)), {}
    for name in sorted(live - set(known)):
        content = tree.read(name)
        if not look_at(content, None):
            fresh[name] = hash_of_bytes(content)
    seal(platform, fresh)
    with platform.ledger.begin() as connection:
        for name in set(known) - live:
            connection.execute(sa.delete(lake_seals).where(lake_seals.c.file == name))
    return len(fresh)


def _live_files(platform: Platform) -> Iterator[str]:
    for contract in platform.catalog.contracts:
        yield from (name_in_lake(contract, file) for file in platform.lake.files(contract))


def hash_of_bytes(content: bytes) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(content).hexdigest()
