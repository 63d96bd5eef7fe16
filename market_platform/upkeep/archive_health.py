"""Health of the archive: every object's bytes still match its name, and every payload of the ledger is there."""

import hashlib
from collections.abc import Iterator
from functools import partial

import sqlalchemy as sa

from market_platform.platform import Platform
from market_platform.store.feed_tables import payloads
from market_platform.upkeep.file_copy import Tree
from market_platform.upkeep.finding import Finding
from market_platform.upkeep.moving import root_of

FETCH_AGAIN = "fetch or import it again: `market-platform status` names the feed's days"
DAMAGED = "damaged"


def examine_archive(platform: Platform) -> Iterator[Finding]:
    """Read every object and hash it."""
    tree = Tree(root_of(platform.settings, "raw"))
    whole: set[str] = set()
    damaged: set[str] = set()
    for name in tree.names():
        digest = name.rpartition("/")[2]
        if digest.startswith("."):
            yield Finding(
                "archive",
                name,
                "left over by a process that died while it wrote",
                "remove it",
                partial(tree.delete, name),
            )
        elif hashlib.sha256(tree.read(name)).hexdigest() != digest:
            damaged.add(digest)
            advice = f"mending lays it aside as {DAMAGED}/{digest}; then {FETCH_AGAIN}"
            yield Finding(
                "archive", name, "its bytes no longer match its name", advice, partial(_lay_aside, platform, name)
            )
        else:
            whole.add(digest)
    with platform.ledger.read() as connection:
        known = connection.execute(sa.select(payloads.c.sha256, payloads.c.file_name)).all()
    for row in known:
        if row.sha256 not in whole | damaged:
            wrong = f"the bytes of {row.file_name} are missing"
            yield Finding("archive", row.sha256, wrong, f"restore a backup, or {FETCH_AGAIN}")


def _lay_aside(platform: Platform, name: str) -> None:
    tree, aside = Tree(root_of(platform.settings, "raw")), Tree(root_of(platform.settings, DAMAGED))
    aside.write(name.rpartition("/")[2], tree.read(name))
    tree.delete(name)
