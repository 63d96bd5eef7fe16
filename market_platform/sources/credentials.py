"""What a user holds with publishers: keys and passwords by name, handed to those who sign requests and to nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from market_platform.errors import Rejected


@dataclass(frozen=True)
class Credentials:
    """Secrets by name (``pjm_key``); their text never shows in a repr."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def get(self, name: str) -> str | None:
        """Return the secret of that name, or None where the user has none."""
        return self.secrets.get(name) or None

    def holding(self, name: str, secret: str) -> "Credentials":
        """Return the same credentials and one more."""
        return Credentials({**self.secrets, name: secret})


class NotHeld(Rejected):
    """The user has no account with the publisher; an address that needs none may still answer."""


class Unauthorised(Rejected):
    """The publisher does not, or does no longer, accept what proves who is asking."""


NOBODY = Credentials()
