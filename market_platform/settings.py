"""What the environment decides, read once into one frozen object."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from market_platform.sources.credentials import Credentials


class Settings(BaseSettings):
    """Settings of one process; each is ``MARKET_PLATFORM_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="MARKET_PLATFORM_", frozen=True, populate_by_name=True)

    data: Path = Field(default=Path("data"), description="Folder of lake, archive, ledger and catalog")
    origin: Literal["sandbox", "live"] = Field(
        default="sandbox", description="Where feeds come from: the simulated publishers, or the real ones"
    )
    sandbox_seed: int = Field(default=0, description="Seed of the simulated world")
    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="SQL ledger; SQLite in the data folder unless a Postgres URL stands here",
    )

    pjm_key: SecretStr | None = Field(default=None, description="PJM Data Miner subscription key: 6 calls a minute")
    pjm_member_key: SecretStr | None = Field(default=None, description="The same of a PJM member: 600 calls a minute")
    ercot_user: SecretStr | None = Field(default=None, description="User name with ERCOT's public API")
    ercot_password: SecretStr | None = Field(default=None, description="Its password")
    ercot_key: SecretStr | None = Field(
        default=None, description="ERCOT public API subscription key: 30 calls a minute"
    )
    eia_key: SecretStr | None = Field(default=None, description="EIA open data key")

    @property
    def credentials(self) -> Credentials:
        """Keys and passwords with publishers, by the name of their setting; invented ones where the sandbox asks."""
        fields = type(self).model_fields.items()
        names = [name for name, field in fields if "SecretStr" in str(field.annotation) and name != "database_url"]
        if self.origin == "sandbox":
            return Credentials({name: f"simulated-{name}" for name in names})
        values = {name: getattr(self, name) for name in names}
        return Credentials({name: value.get_secret_value() for name, value in values.items() if value is not None})

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
