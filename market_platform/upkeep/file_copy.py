"""Copying a tree of files from one store to another: folder or bucket, either way."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pyarrow.fs

from market_platform.store.bucket import Bucket
from market_platform.upkeep.ledger_copy import Content

LOG_FOLDER = "_delta_log"


class Tree:
    """The files below a folder, or below a place in a bucket, by their name from there."""

    def __init__(self, root: Path | Bucket, is_wanted: Callable[[str], bool] = lambda _name: True) -> None:
        self.store = root.files if isinstance(root, Bucket) else pyarrow.fs.LocalFileSystem()
        self.root = root.path if isinstance(root, Bucket) else str(root)
        self.is_wanted = is_wanted

    def names(self) -> list[str]:
        """Return the names of all files; a Delta table's log after its data, so that a reader never looks for a file in vain."""
        found = self.store.get_file_info(pyarrow.fs.FileSelector(self.root, recursive=True, allow_not_found=True))
        names = [each.path.removeprefix(self.root).lstrip("/") for each in found if each.is_file]
        return sorted((name for name in names if self.is_wanted(name)), key=lambda name: (LOG_FOLDER in name, name))

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        with self.store.open_input_stream(f"{self.root}/{name}") as stream:
            return stream.read()

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        place = f"{self.root}/{name}"
        if isinstance(self.store, pyarrow.fs.LocalFileSystem):
            self.store.create_dir(place.rpartition("/")[0], recursive=True)
        with self.store.open_output_stream(place) as stream:
            stream.write(content)

    def delete(self, name: str) -> None:
        """Delete a file."""
        self.store.delete_file(f"{self.root}/{name}")

    def content(self) -> Content:
        """Count the files and hash their names and bytes."""
        digest = hashlib.sha256()
        names = self.names()
        for name in names:
            digest.update(f"{name}\x1f{hashlib.sha256(self.read(name)).hexdigest()}\x1e".encode())
        return Content(len(names), digest.hexdigest())


def copy_tree(source: Tree, target: Tree, say: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """Copy every file that the target does not hold in the same length; ``say`` hears how many of how many are done."""
    there = set(target.names())
    names = source.names()
    for done, name in enumerate(names, start=1):
        content = source.read(name)
        if name not in there or len(target.read(name)) != len(content):
            target.write(name, content)
        say(done, len(names))
