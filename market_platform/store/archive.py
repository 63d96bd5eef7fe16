"""The archive: every byte that a publisher ever gave, under its own hash, written once and never changed."""

import hashlib
import os
import uuid
from pathlib import Path
from typing import Protocol

from market_platform.errors import StoreError
from market_platform.store.bucket import Bucket


class Archive(Protocol):
    """Payloads by SHA-256: ``ab/abcdef...``."""

    def keep(self, content: bytes) -> str:
        """Store the bytes and return their SHA-256. Bytes that are there already are not written again."""

    def read(self, digest: str) -> bytes:
        """Return the bytes of a hash. Raises StoreError where they are missing or no longer match it."""


class FolderArchive:
    """The archive in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, content: bytes) -> str:
        """Store the bytes and return their SHA-256.

        The file appears whole or not at all: it is written beside its place, flushed to the disk and renamed.
        """
        digest = hashlib.sha256(content).hexdigest()
        place = self.place(digest)
        if place.exists():
            return digest
        beside = place.with_name(f".{digest}.{uuid.uuid4().hex}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.chmod(0o444)
            beside.replace(place)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise StoreError(
                f"the archive at {self.root} cannot keep {digest}: {error}; free the disk and run again"
            ) from error
        return digest

    def read(self, digest: str) -> bytes:
        """Return the bytes of a hash. Raises StoreError where they are missing or no longer match it."""
        try:
            content = self.place(digest).read_bytes()
        except OSError as error:
            raise StoreError(f"the archive at {self.root} has no payload {digest}: {error}") from error
        return _matching(content, digest, str(self.root))

    def place(self, digest: str) -> Path:
        """Return where the bytes of a hash lie."""
        return self.root / digest[:2] / digest


class BucketArchive:
    """The archive in an object store, where an object appears whole or not at all."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def keep(self, content: bytes) -> str:
        """Store the bytes and return their SHA-256."""
        import pyarrow.fs

        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        try:
            if self.bucket.files.get_file_info(place).type is pyarrow.fs.FileType.NotFound:
                with self.bucket.files.open_output_stream(place) as stream:
                    stream.write(content)
        except OSError as error:
            raise StoreError(f"the archive at {self.bucket.url} cannot keep {digest}: {error}; run again") from error
        return digest

    def read(self, digest: str) -> bytes:
        """Return the bytes of a hash. Raises StoreError where they are missing or no longer match it."""
        try:
            with self.bucket.files.open_input_stream(self._place(digest)) as stream:
                content = stream.read()
        except OSError as error:
            raise StoreError(f"the archive at {self.bucket.url} has no payload {digest}: {error}") from error
        return _matching(content, digest, self.bucket.url)

    def _place(self, digest: str) -> str:
        return f"{self.bucket.path}/{digest[:2]}/{digest}"


def _matching(content: bytes, digest: str, where: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != digest:
        raise StoreError(f"payload {digest} in {where} is damaged: its bytes no longer match its name; restore it")
    return content
