"""Every error that the platform raises on purpose, as one small tree.

    MarketPlatformError
    ├── SettingsError            the environment asks for something that cannot be
    ├── SourceError              a publisher did not give what was asked for
    │   ├── Throttled            asked too often; carries ``retry_after_seconds``
    │   ├── Unavailable          time-out, broken connection, 5xx: worth another try
    │   ├── NotPublishedYet      the day is not out yet: come back later
    │   ├── Gone                 the publisher no longer keeps it: take the archive or import a file
    │   └── Rejected             the request itself is refused: key, parameter, address
    ├── PayloadError             bytes came, but they are not what the feed publishes
    │   ├── UnreadablePayload    empty, truncated, an HTML page, a broken zip
    │   ├── SchemaChanged        columns are not exactly the mapped ones
    │   └── UnknownPayload       no feed recognises the file
    ├── RuleBroken               a market, risk or registry rule forbids it
    ├── StoreError               the lake or the ledger cannot take or give it
    └── Infeasible               an engine has no complete answer; it never returns part of one

A message says what was wrong, where (feed, day, file, row) and what to do.
"""


class MarketPlatformError(Exception):
    """Base of all errors raised on purpose."""


class SettingsError(MarketPlatformError):
    """The environment asks for something that cannot be."""


class SourceError(MarketPlatformError):
    """A publisher did not give what was asked for."""


class Throttled(SourceError):
    """Asked too often."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(SourceError):
    """Time-out, broken connection or server error: worth another try."""


class NotPublishedYet(SourceError):
    """The publisher has not released it yet."""


class Gone(SourceError):
    """The publisher no longer keeps it at this address."""


class Rejected(SourceError):
    """The publisher refuses the request itself."""


class PayloadError(MarketPlatformError):
    """Bytes came, but they are not what the feed publishes."""


class UnreadablePayload(PayloadError):
    """Empty, truncated, an HTML page, a broken zip."""


class SchemaChanged(PayloadError):
    """Columns are not exactly the mapped ones."""


class UnknownPayload(PayloadError):
    """No feed recognises the file."""


class RuleBroken(MarketPlatformError):
    """A market, risk or registry rule forbids it."""


class StoreError(MarketPlatformError):
    """The lake or the ledger cannot take or give it."""


class Infeasible(MarketPlatformError):
    """An engine has no complete answer."""
