"""Object storage: where lake and archive lie on a server. Any store that speaks S3 and refuses to overwrite on demand."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import duckdb

from market_platform.errors import StoreError

if TYPE_CHECKING:  # it brings an S3 client with it, which only the server profile needs
    import pyarrow.fs


@dataclass(frozen=True)
class Bucket:
    """A place in an S3-compatible store: ``s3://bucket/prefix`` and how to reach it. Its secret is never printed."""

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    endpoint: str = ""
    region: str = "us-east-1"

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme != "s3" or not parts.netloc:
            raise StoreError(f"{self.url!r} is no place in an object store: say s3://bucket or s3://bucket/prefix")

    def within(self, name: str) -> "Bucket":
        """Return the place of that name below this one."""
        return Bucket(f"{self.url.rstrip('/')}/{name}", self.key, self.secret, self.endpoint, self.region)

    @property
    def path(self) -> str:
        """``bucket/prefix``, as file systems name it."""
        return self.url.removeprefix("s3://").rstrip("/")

    @property
    def is_plain_http(self) -> bool:
        """Whether the store is spoken to without TLS: on this machine, or inside a cluster."""
        return self.endpoint.startswith("http://")

    @property
    def delta_options(self) -> dict[str, str]:
        """Storage options of Delta tables. A commit is a put that fails where the file is there already."""
        options = {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": self.region,
            "aws_conditional_put": "etag",
        }
        if self.endpoint:
            options["AWS_ENDPOINT_URL"] = self.endpoint
        if self.is_plain_http:
            options["AWS_ALLOW_HTTP"] = "true"
        return options

    @cached_property
    def files(self) -> "pyarrow.fs.FileSystem":
        """The store as a file system."""
        import pyarrow.fs

        host = self.endpoint.partition("://")[2] or None
        return pyarrow.fs.S3FileSystem(
            access_key=self.key,
            secret_key=self.secret,
            region=self.region,
            endpoint_override=host,
            scheme="http" if self.is_plain_http else "https",
        )

    def open_to(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let a DuckDB connection read from the store: for the life of the connection, nothing is written down."""
        connection.execute(f"LOAD '{httpfs()}'")
        address = self.endpoint.partition("://")[2]
        own_store = f", ENDPOINT '{address}', URL_STYLE 'path', USE_SSL {not self.is_plain_http}" if address else ""
        connection.execute(
            f"CREATE OR REPLACE TEMPORARY SECRET market_platform_bucket (TYPE s3, KEY_ID '{_escaped(self.key)}', "
            f"SECRET '{_escaped(self.secret)}', REGION '{_escaped(self.region)}', SCOPE '{_escaped(self.url)}'{own_store})"
        )


def httpfs() -> Path:
    """Return DuckDB's own extension for object stores, from the wheel that carries it: nothing is fetched at run time."""
    import duckdb_extension_httpfs

    folder = Path(duckdb_extension_httpfs.__file__).parent / "extensions" / f"v{duckdb.__version__}"
    return folder / "httpfs.duckdb_extension"


def _escaped(text: str) -> str:
    return text.replace("'", "''")
