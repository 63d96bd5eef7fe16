"""The archive: every byte that a publisher ever gave, under its own hash, written once and never changed."""

import hashlib
import os
import uuid
from pathlib import Path

from market_platform.errors import StoreError


class Archive:
    """A folder of payloads by SHA-256: ``root/ab/abcdef...``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, content: bytes) -> str:
        """Store the bytes and return their SHA-256. Bytes that are there already are not written again.

        The file appears whole or not at all: it is written beside its place, flushed to the disk and renamed.
        """
        digest = hashlib.sha256(content).hexdigest()
        place = self.place(digest)
        if place.exists():
            return digest
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{digest}.{uuid.uuid4().hex}")
        try:
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
        if hashlib.sha256(content).hexdigest() != digest:
            raise StoreError(
                f"payload {digest} in {self.root} is damaged: its bytes no longer match its name; restore it"
            )
        return content

    def place(self, digest: str) -> Path:
        """Return where the bytes of a hash lie."""
        return self.root / digest[:2] / digest
