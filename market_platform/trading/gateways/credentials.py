"""Credentials as a value: read by the caller from its environment, shown nowhere, used when a message is sealed."""

from collections.abc import Mapping
from dataclasses import dataclass

from market_platform.errors import SettingsError

FIELDS = ("user_id", "password", "certificate_pem", "key_pem", "token")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What an ISO wants to see. Printing, logging or raising it shows only which parts are there."""

    iso: str
    user_id: str = ""
    password: str = ""
    certificate_pem: str = ""
    key_pem: str = ""
    token: str = ""

    @classmethod
    def from_environment(cls, iso: str, environment: Mapping[str, str]) -> "Credentials":
        """Read ``ERCOT_USER_ID``, ``ERCOT_PASSWORD``, ``ERCOT_CERTIFICATE_PEM`` ... from the mapping handed in."""
        return cls(iso, **{name: environment.get(f"{iso}_{name}".upper(), "") for name in FIELDS})

    def demand(self, *names: str) -> None:
        """Raise SettingsError that names the missing parts, and no value."""
        missing = [f"{self.iso}_{name}".upper() for name in names if not getattr(self, name)]
        if missing:
            msg = f"set {', '.join(missing)} in the environment: {self.iso} messages need them"
            raise SettingsError(msg)

    def masked(self, text: str) -> str:
        """Return a text without any of the secrets."""
        for secret in (self.password, self.key_pem, self.token):
            if secret:
                text = text.replace(secret, "***")
        return text

    def __repr__(self) -> str:
        present = [name for name in FIELDS if getattr(self, name)]
        return f"Credentials({self.iso}: {', '.join(present) or 'nothing'} set)"
