"""What the environment decides, read once into one frozen object."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from market_platform.sources.credentials import Credentials
from market_platform.store.bucket import Bucket

# Secrets of the platform's own stores; all others are keys with publishers.
OWN_SECRETS = (
    "database_url", "bucket_key", "bucket_secret", "alert_webhook_url", "alert_webhook_secret", "alert_slack_url",
    "smtp_password", "bi_database_url",
)  # fmt: skip


class Settings(BaseSettings):
    """Settings of one process; each is ``MARKET_PLATFORM_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="MARKET_PLATFORM_", frozen=True, populate_by_name=True)

    data: Path = Field(default=Path("data"), description="Folder of lake, archive, ledger and catalog")
    profile: Literal["embedded", "server"] = Field(
        default="embedded",
        description="Everything in the data folder, or Postgres and an object store; the server needs DATABASE_URL and the bucket",
    )
    origin: Literal["sandbox", "live"] = Field(
        default="sandbox", description="Where feeds come from: the simulated publishers, or the real ones"
    )
    sandbox_seed: int = Field(default=0, description="Seed of the simulated world")
    sandbox_caiso_nodes: int = Field(
        default=120, ge=60, description="Nodes that the simulated CAISO prices; the real one has some 16,000"
    )
    paper_trading: bool = Field(
        default=False,
        description="With live data: bids go to the simulated exchange at the published prices; without it they stay a dry run",
    )
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="SQL ledger; SQLite in the data folder unless a Postgres URL stands here",
    )
    bi_database_url: SecretStr | None = Field(
        default=None, description="Postgres database that the marts are published in for BI tools, if any"
    )
    bucket: str | None = Field(
        default=None, description="Object store of lake and archive, s3://bucket/prefix: server only"
    )
    bucket_endpoint: str = Field(default="", description="Address of an S3-compatible store; blank for AWS itself")
    bucket_region: str = Field(default="us-east-1", description="Region of the bucket")
    bucket_key: SecretStr | None = Field(default=None, description="Access key of the bucket")
    bucket_secret: SecretStr | None = Field(default=None, description="Secret of that key")

    api_url: str = Field(
        default="",
        description="Where people open the API, for links from the Dagster UI, such as http://127.0.0.1:8000",
    )
    traces: bool = Field(
        default=False,
        description="Spans of the API's requests to OpenTelemetry; where to is its own environment, OTEL_EXPORTER_OTLP_ENDPOINT",
    )
    alert_webhook_url: SecretStr | None = Field(
        default=None, description="Where alerts go as signed JSON; blank: nowhere"
    )
    alert_webhook_secret: SecretStr | None = Field(default=None, description="Secret that these bodies are signed with")
    alert_slack_url: SecretStr | None = Field(default=None, description="Slack-compatible incoming webhook for alerts")
    alert_email_to: str = Field(default="", description="Who gets alerts by e-mail, apart by commas; blank: nobody")
    alert_email_from: str = Field(default="", description="Sender of these e-mails")
    smtp_host: str = Field(default="", description="Mail server for alerts")
    smtp_port: int = Field(default=587, description="Its port")
    smtp_user: str = Field(default="", description="User name there; with it the connection is encrypted")
    smtp_password: SecretStr | None = Field(default=None, description="Its password")
    oidc_issuer: str = Field(default="", description="Identity provider whose tokens the API takes beside its keys")
    oidc_audience: str = Field(default="", description="Audience that such a token must name")
    oidc_jwks_url: str = Field(default="", description="Address of the provider's signing keys")

    forecast_locations: str = Field(
        default="all",
        description="Where prices are forecast: all hubs and zones in the lake, or pairs such as nyiso:WEST,ercot:HB_NORTH",
    )
    forecast_workers: int = Field(default=2, ge=1, description="Processes that forecast locations side by side")

    pjm_key: SecretStr | None = Field(default=None, description="PJM Data Miner subscription key: 6 calls a minute")
    pjm_member_key: SecretStr | None = Field(default=None, description="The same of a PJM member: 600 calls a minute")
    ercot_user: SecretStr | None = Field(default=None, description="User name with ERCOT's public API")
    ercot_password: SecretStr | None = Field(default=None, description="Its password")
    ercot_key: SecretStr | None = Field(
        default=None, description="ERCOT public API subscription key: 30 calls a minute"
    )
    eia_key: SecretStr | None = Field(default=None, description="EIA open data key")
    mrets_key: SecretStr | None = Field(
        default=None, description="M-RETS API token of your organization: 10 calls in 5 seconds"
    )
    organization: str | None = Field(
        default=None, description="Your organization, as the certificate registries spell it"
    )

    @property
    def credentials(self) -> Credentials:
        """Keys and passwords with publishers, by the name of their setting; invented ones where the sandbox asks."""
        fields = type(self).model_fields.items()
        names = [name for name, field in fields if "SecretStr" in str(field.annotation) and name not in OWN_SECRETS]
        if self.origin == "sandbox":
            return Credentials({name: f"simulated-{name}" for name in names})
        values = {name: getattr(self, name) for name in names}
        return Credentials({name: value.get_secret_value() for name, value in values.items() if value is not None})

    @model_validator(mode="after")
    def _server_is_complete(self) -> "Settings":
        needed = {"DATABASE_URL": self.database_url, "MARKET_PLATFORM_BUCKET": self.bucket}
        needed |= {"MARKET_PLATFORM_BUCKET_KEY": self.bucket_key, "MARKET_PLATFORM_BUCKET_SECRET": self.bucket_secret}
        missing = [name for name, value in needed.items() if not value]
        if self.profile == "server" and missing:
            raise ValueError(f"the server profile needs {', '.join(missing)} in the environment")
        return self

    @property
    def bucket_place(self) -> Bucket | None:
        """The object store of the server profile; None where everything lies in the data folder."""
        if self.profile == "embedded" or not (self.bucket and self.bucket_key and self.bucket_secret):
            return None
        key, secret = self.bucket_key.get_secret_value(), self.bucket_secret.get_secret_value()
        return Bucket(self.bucket, key, secret, self.bucket_endpoint, self.bucket_region)

    @property
    def data_folder(self) -> Path:
        """The data folder as an absolute path."""
        return self.data.expanduser().resolve()

    @property
    def ledger_url(self) -> str:
        """URL of the SQL ledger."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_folder / 'ledger.db'}"
