"""Tokens of an identity provider (OpenID Connect), beside the platform's own keys. Off unless issuer and key address are set."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt

from market_platform.api.keys import DEFAULT_RATE, SCOPES, Caller
from market_platform.errors import SettingsError
from market_platform.settings import Settings

ALGORITHMS = ["RS256", "ES256", "PS256"]
FindKey = Callable[[str], Any]


def identify_with(settings: Settings) -> Callable[[str], Caller | None] | None:
    """Return how tokens are read, or None where no provider is set. Raises SettingsError for half a setting."""
    named = (settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url)
    if not any(named):
        return None
    if not all(named) or not settings.oidc_jwks_url.startswith("https://"):
        raise SettingsError("an identity provider needs issuer, audience and an https address of its keys, all three")
    keys = jwt.PyJWKClient(settings.oidc_jwks_url, timeout=5, cache_keys=True)
    return lambda text: caller_of_token(
        text, lambda token: keys.get_signing_key_from_jwt(token).key, settings.oidc_issuer, settings.oidc_audience
    )


def caller_of_token(text: str, find_key: FindKey, issuer: str, audience: str) -> Caller | None:
    """Return whose token it is, its scopes from the claim ``scope``; None for anything else than a valid token."""
    if text.count(".") != 2:
        return None
    try:
        claims = jwt.decode(
            text, find_key(text), algorithms=ALGORITHMS, issuer=issuer, audience=audience,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError):
        return None
    scopes = frozenset(str(claims.get("scope", "")).split()) & frozenset(SCOPES)
    if not scopes:
        return None
    expires_at = datetime.fromtimestamp(int(claims["exp"]), tz=UTC)
    return Caller(f"token:{str(claims['sub'])[:100]}", scopes, DEFAULT_RATE, expires_at)
