"""Damage on the disk: Parquet files and archived payloads that are cut, emptied, overwritten or gone."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random
from urllib.parse import unquote

from market_platform.drills.ground import Ground, about_data
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, platform_at
from market_platform.settings import Settings
from market_platform.upkeep.file_copy import Tree, copy_tree
from market_platform.upkeep.seals import seal_fresh_files

WAYS = ("cut", "emptied", "overwritten", "gone", "one byte changed")


def damaged_parquet(ground: Ground, times: int) -> Tally:
    """Damage files of the lake; the doctor reads what they held again from the archive."""
    tally = Tally()
    seal_fresh_files(ground.whole)  # as the nightly upkeep does
    while tally.faults < times:
        settings = _copy_of_whole(ground)
        lake = platform_at(settings, STORY[-1].moment).lake
        live = [Path(unquote(file)) for contract in ground.whole.catalog.contracts for file in lake.files(contract)]
        for file in _some(ground.chance, live):
            tally.seen[_harm(file, ground.chance)] += 1
            tally.faults += 1
        ground.judge(settings, tally)
    return tally


def damaged_archive(ground: Ground, times: int) -> Tally:
    """Damage archived payloads; the doctor lays them aside, and a backup gives them back."""
    tally = Tally()
    backup = Tree(ground.whole.settings.data_folder / "raw")
    while tally.faults < times:
        settings = _copy_of_whole(ground)
        platform = platform_at(settings, STORY[-1].moment)
        chosen = _some(ground.chance, list((settings.data_folder / "raw").glob("*/*")))
        for file in chosen:
            tally.seen[_harm(file, ground.chance)] += 1
            tally.faults += 1
        found = about_data(platform)
        tally.hear(found)
        unseen = {file.name for file in chosen} - {finding.where.rpartition("/")[2] for finding in found}
        tally.left += [f"the doctor does not see that {name} is damaged" for name in unseen]
        for finding in found:
            if finding.mend:
                finding.mend()
                tally.mended += 1
        copy_tree(backup, Tree(settings.data_folder / "raw"))
        platform.ledger.close()
        ground.judge(settings, tally)
    return tally


def _copy_of_whole(ground: Ground) -> Settings:
    ground.whole.ledger.close()
    settings = ground.fresh()
    shutil.copytree(ground.whole.settings.data_folder, settings.data_folder)
    return settings


def _some(chance: Random, files: Sequence[Path]) -> list[Path]:
    return chance.sample(sorted(files), chance.randint(1, min(3, len(files))))


def _harm(file: Path, chance: Random) -> str:
    way = chance.choice(WAYS)
    content = file.read_bytes()
    file.chmod(0o644)
    if way == "gone":
        file.unlink()
    elif way == "one byte changed":
        at = chance.randrange(len(content))
        file.write_bytes(content[:at] + bytes([content[at] ^ chance.randint(1, 255)]) + content[at + 1 :])
    else:
        kept = chance.randrange(1, len(content))
        left = {"cut": content[:kept], "emptied": b"", "overwritten": content[:kept] + b"\0" * (len(content) - kept)}
        file.write_bytes(left[way])
    return way
