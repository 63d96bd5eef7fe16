"""What a model keeps from one issue to the next, so that the next begins where the last one ended.

It only saves time: a model takes up what it kept where everything it was trained on is the same still, bit by bit, and
else begins afresh, so that a forecast never depends on it. Kept are arrays and text; reading them runs no code.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Protocol

import numpy as np

Kept = dict[str, np.ndarray]  # of one model, by name
FINGERPRINT = "fingerprint"
BETWEEN = "/"


class Keeper(Protocol):
    """A place for what the models of a location keep."""

    def read(self, location: str) -> bytes | None:
        """Return what was written last, None where there is nothing."""

    def write(self, location: str, content: bytes) -> None:
        """Put ``content`` in the place of what was there."""


def fingerprint(setting: object, *trained_on: np.ndarray) -> np.ndarray:
    """Return the SHA-256 of a model's setting and of all that it was trained on, as 32 bytes in an array."""
    digest = hashlib.sha256(repr(setting).encode())
    for values in trained_on:
        digest.update(repr((values.shape, values.dtype.str)).encode())
        digest.update(np.ascontiguousarray(values).data)
    return np.frombuffer(digest.digest(), dtype=np.uint8)


def is_of(kept: Mapping[str, np.ndarray], print_now: np.ndarray) -> bool:
    """Return whether what was kept carries this fingerprint."""
    return FINGERPRINT in kept and np.array_equal(kept[FINGERPRINT], print_now)


def as_text(text: str) -> np.ndarray:
    """Return a text as an array of bytes."""
    return np.frombuffer(text.encode(), dtype=np.uint8)


def text_of(kept: np.ndarray) -> str:
    """Return the text of an array of bytes."""
    return kept.tobytes().decode()


def pack(kept: Mapping[str, Kept], version: str) -> bytes:
    """Return what the models of a location keep, by name of the model, as the bytes of a numpy archive without pickles."""
    buffer = io.BytesIO()
    arrays = {f"{model}{BETWEEN}{name}": values for model, own in kept.items() for name, values in own.items()}
    np.savez(buffer, allow_pickle=False, version=as_text(version), **arrays)
    return buffer.getvalue()


def unpack(content: bytes | None, version: str) -> dict[str, Kept]:
    """Return what `pack` put away; nothing where it cannot be read or is of another version."""
    found: dict[str, Kept] = {}
    if content is None:
        return found
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            if text_of(held["version"]) != version:
                return {}
            for key in held.files:
                model, between, name = key.partition(BETWEEN)
                if between:
                    found.setdefault(model, {})[name] = held[key]
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError):
        return {}
    return found
