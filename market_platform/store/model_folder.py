"""What forecasting models keep from one issue to the next: one file a location, replaced whole.

It saves time only and can be deleted at any moment; it is neither backed up nor moved between stores.
"""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from market_platform.errors import StoreError


@dataclass(frozen=True)
class ModelFolder:
    """The models of an asset's locations in a folder."""

    root: Path

    def read(self, location: str) -> bytes | None:
        """Return the file of a location, None where there is none."""
        try:
            return self._place(location).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"the models of {location} cannot be read: {error}; delete {self.root}") from error

    def write(self, location: str, content: bytes) -> None:
        """Put the content in the place of a location's file: whole or not at all."""
        place = self._place(location)
        beside = place.with_name(f".{place.name}.{uuid.uuid4().hex}")
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(content)
            beside.replace(place)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise StoreError(
                f"the models of {location} cannot be kept in {self.root}: {error}; free the disk"
            ) from error

    def _place(self, location: str) -> Path:
        return self.root / f"{quote(location, safe='')}.npz"
