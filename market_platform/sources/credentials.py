"""What a user holds with publishers: keys and passwords by name, handed to those who sign requests and to nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """Secrets by name (``pjm_key``); their text never shows in a repr."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def get(self, name: str) -> str | None:
        """Return the secret of that name, or None where the user has none."""
        return self.secrets.get(name) or None


NOBODY = Credentials()
