"""Why a statement was not taken. Each refusal carries the hash of the bytes, so that the caller can keep them.

PayloadError
└── StatementRefused
├── MalformedStatement    not the format it claims to be
├── UnsafeStatement       a DTD, an entity, or more bytes than a statement has
├── WrongAccount          somebody else's statement
├── WrongSign             amounts stand against the ISO's own sign convention
├── UnknownDay            a market day that we have nothing for
└── TotalsDisagree        its parts do not add up to its totals
Infeasible
└── MissingInput              a settlement lacks a price, a meter value or an instruction
"""

import hashlib

from market_platform.errors import Infeasible, PayloadError


class StatementRefused(PayloadError):
    """A statement that is not taken: quarantine the bytes under ``sha256`` with this reason."""

    def __init__(self, message: str, sha256: str = "") -> None:
        super().__init__(message)
        self.sha256 = sha256

    @property
    def reason(self) -> str:
        """The kind of refusal, for the quarantine's own column."""
        return type(self).__name__


class MalformedStatement(StatementRefused):
    """Not the format it claims to be."""


class UnsafeStatement(StatementRefused):
    """A DTD, an entity, or more bytes than a statement has."""


class WrongAccount(StatementRefused):
    """Somebody else's statement."""


class WrongSign(StatementRefused):
    """Amounts stand against the ISO's own sign convention."""


class UnknownDay(StatementRefused):
    """A market day that we have nothing for."""


class TotalsDisagree(StatementRefused):
    """Its parts do not add up to its totals."""


class MissingInput(Infeasible):
    """A settlement lacks a price, a meter value or an instruction."""


def fingerprint(data: bytes) -> str:
    """Return the SHA-256 of a payload, the key under which bytes are kept."""
    return hashlib.sha256(data).hexdigest()
