"""dbt's door to the object store: a plugin of dbt-duckdb, named in the profile's ``server`` target."""

from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin

from market_platform.store.bucket import Bucket


class Plugin(BasePlugin):
    """Lets dbt's DuckDB read the lake's files where they lie in a bucket; the profile says which, from the environment."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Take url, key, secret, endpoint and region from the profile."""
        self.bucket = Bucket(**{name: plugin_config[name] for name in ("url", "key", "secret", "endpoint", "region")})

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Open the store to dbt's connection, for its life: no secret is written down."""
        self.bucket.open_to(conn)
