"""Tokens of an identity provider: taken when everything fits, else worth nothing."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from market_platform.api.oidc import caller_of_token, identify_with
from market_platform.errors import SettingsError
from market_platform.settings import Settings

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUER, AUDIENCE = "https://id.example", "market-platform"


def token(key=KEY, algorithm="RS256", **changes):
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "trader@example.com", "scope": "openid trade",
        "exp": datetime.now(UTC) + timedelta(hours=1),
    }  # fmt: skip
    return jwt.encode({**claims, **changes}, key, algorithm=algorithm)


def caller(text):
    return caller_of_token(text, lambda _: KEY.public_key(), ISSUER, AUDIENCE)


def test_a_valid_token_names_its_caller_and_scopes():
    found = caller(token())
    assert (found.name, found.scopes) == ("token:trader@example.com", frozenset({"trade"}))


@pytest.mark.parametrize(
    "text",
    [
        token(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        token("x" * 32, "HS256"),
        token(None, "none"),
        token(iss="https://other.example"),
        token(aud="other"),
        token(exp=datetime.now(UTC) - timedelta(seconds=1)),
        token(scope="openid"),
        "a.b.c",
        "not a token",
    ],
)
def test_any_other_token_is_worth_nothing(text):
    assert caller(text) is None


def test_half_a_provider_is_refused(tmp_path):
    assert identify_with(Settings(data=tmp_path)) is None
    with pytest.raises(SettingsError, match="all three"):
        identify_with(Settings(data=tmp_path, oidc_issuer=ISSUER))
