"""A disk that is full, and one that cannot be written to.

With the right to mount, the platform lies on a small disk of its own in memory. Without it, no file may grow beyond a size,
and the folders lose the right to be written to.
"""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from market_platform.drills.attempts import attempt, come_through
from market_platform.drills.ground import Ground, about_data
from market_platform.drills.result import Tally
from market_platform.drills.story import STORY, platform_at, settings_of

ROOMY_BYTES = 256 * 2**20
# What a chapter writes is below this; so a disk with less room left is full somewhere in it.
CHAPTER_BYTES = 700_000


def disk_full(ground: Ground, times: int) -> Tally:
    """Let the disk run full at random points, free it, and run the same again."""
    tally = Tally()
    while tally.faults < times:
        with _disk(ground.folder / "disk") as disk:
            settings = settings_of(disk / "data", ground.seed)
            for number in range(len(STORY)):
                with _with_room_for(disk, ground.chance.randrange(4096, CHAPTER_BYTES)):
                    went_well = attempt(settings, STORY[number], tally)
                tally.faults += not went_well
                come_through(settings, number)
            ground.judge(settings, tally)
    return tally


def read_only_disk(ground: Ground, times: int) -> Tally:
    """Take away the right to write between chapters, let somebody try, and give it back."""
    tally = Tally()
    while tally.faults < times:
        with _disk(ground.folder / "disk") as disk:
            settings = settings_of(disk / "data", ground.seed)
            for number in range(len(STORY)):
                with _read_only(disk):
                    went_well = attempt(settings, STORY[number], tally)
                    tally.hear(about_data(platform_at(settings, STORY[number].moment)))
                tally.faults += not went_well
                come_through(settings, number)
            ground.judge(settings, tally)
    return tally


@contextmanager
def _disk(place: Path) -> Iterator[Path]:
    place.mkdir(parents=True, exist_ok=True)
    mounted = _mount("-t", "tmpfs", "-o", f"size={ROOMY_BYTES}", "tmpfs", str(place))
    try:
        yield place
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S603, S607
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _with_room_for(disk: Path, size_bytes: int) -> Iterator[None]:
    if disk.is_mount():
        used = shutil.disk_usage(disk).used
        _remount(disk, f"size={used + size_bytes}")
        yield
        _remount(disk, f"size={ROOMY_BYTES}")
        return
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes // 10, usual[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, usual)


@contextmanager
def _read_only(disk: Path) -> Iterator[None]:
    if disk.is_mount():
        _remount(disk, "ro")
        yield
        _remount(disk, "rw")
        return
    folders = [disk, *(path for path in disk.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield
    for folder in folders:
        folder.chmod(0o755)


def _mount(*arguments: str) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0  # noqa: S603, S607


def _remount(disk: Path, options: str) -> None:
    if not _mount("-o", f"remount,{options}", str(disk)):
        raise OSError(f"{disk} cannot be mounted with {options}")
