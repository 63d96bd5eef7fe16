"""API keys: made once, shown once, kept as a hash. A key names its scopes, its end and its rate.

The secret has 256 random bits, so that a plain SHA-256 keeps it: there is nothing to guess.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from market_platform.api.tables import api_keys
from market_platform.errors import SettingsError
from market_platform.store.ledger import Ledger

SCOPES = ("read", "trade", "admin")
# A scope holds what it names; admin holds all.
HOLDS = {"read": {"read"}, "trade": {"read", "trade"}, "admin": {"read", "trade", "admin"}}
PREFIX = "mp"
DEFAULT_RATE = 6_000
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True)
class Caller:
    """Who asks: the key or the token's subject, what it may do, how often, until when."""

    name: str
    scopes: frozenset[str]
    requests_per_minute: int
    expires_at: datetime | None = None

    def may(self, scope: str) -> bool:
        """Whether a scope of the caller holds the wanted one."""
        return any(scope in HOLDS[held] for held in self.scopes)


@dataclass(frozen=True)
class MadeKey:
    """A key as it is shown once: ``text`` is what the client sends."""

    key_id: str
    text: str


def create_key(
    ledger: Ledger,
    name: str,
    scopes: list[str],
    *,
    now: datetime,
    days: int | None,
    requests_per_minute: int = DEFAULT_RATE,
    replaces: str | None = None,
) -> MadeKey:
    """Make a key. Raises SettingsError for an unknown scope, an empty name or an end in the past."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise SettingsError(f"scopes are {', '.join(SCOPES)}; got {', '.join(unknown) or 'none'}")
    if not name.strip() or len(name) > 80 or requests_per_minute < 1 or (days is not None and days < 1):
        raise SettingsError(
            "a key needs a name of 1 to 80 letters, a rate of at least 1 and an end at least a day ahead"
        )
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = {
        "key_id": key_id,
        "name": name,
        "secret_sha256": _hash(secret),
        "scopes": " ".join(sorted(set(scopes))),
        "requests_per_minute": requests_per_minute,
        "created_at": now,
        "expires_at": None if days is None else now + timedelta(days=days),
        "replaces": replaces,
    }
    with ledger.begin() as connection:
        connection.execute(sa.insert(api_keys).values(**row))
    return MadeKey(key_id, f"{PREFIX}_{key_id}_{secret}")


def list_keys(ledger: Ledger) -> list[dict[str, object]]:
    """Return all keys without what is secret."""
    shown = [column for column in api_keys.c if column.name != "secret_sha256"]
    with ledger.read() as connection:
        return [dict(row) for row in connection.execute(sa.select(*shown).order_by(api_keys.c.created_at)).mappings()]


def revoke_key(ledger: Ledger, key_id: str, *, now: datetime) -> None:
    """End a key now. Raises SettingsError where there is none that still holds."""
    change = sa.update(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
    with ledger.begin() as connection:
        if connection.execute(change.values(revoked_at=now)).rowcount != 1:
            raise SettingsError(f"no key {key_id} that still holds: `market-platform keys list` shows them")


def rotate_key(ledger: Ledger, key_id: str, *, now: datetime, overlap: timedelta = OVERLAP) -> MadeKey:
    """Make a key with the same scopes, rate and length of life; the old one ends after ``overlap``."""
    with ledger.read() as connection:
        old = connection.execute(
            sa.select(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        ).one_or_none()
    if old is None or (old.expires_at is not None and old.expires_at <= now):
        raise SettingsError(f"no key {key_id} that still holds: `market-platform keys list` shows them")
    days = None if old.expires_at is None else max(1, (old.expires_at - old.created_at).days)
    made = create_key(
        ledger, old.name, old.scopes.split(), now=now, days=days, requests_per_minute=old.requests_per_minute,
        replaces=key_id,
    )  # fmt: skip
    end = now + overlap if old.expires_at is None else min(old.expires_at, now + overlap)
    with ledger.begin() as connection:
        connection.execute(sa.update(api_keys).where(api_keys.c.key_id == key_id).values(expires_at=end))
    return made


def caller_of(ledger: Ledger, text: str, now: datetime) -> Caller | None:
    """Return whose key it is, or None where it is unknown, expired or revoked."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not key_id.isalnum() or not secret or not text.isascii():
        return None
    with ledger.read() as connection:
        row = connection.execute(sa.select(api_keys).where(api_keys.c.key_id == key_id)).one_or_none()
    if row is None or not hmac.compare_digest(row.secret_sha256, _hash(secret)):
        return None
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return Caller(f"key:{key_id}", frozenset(row.scopes.split()), row.requests_per_minute, row.expires_at)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
