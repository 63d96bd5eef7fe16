"""Calling the command line as a script does: words in, text out."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app


@pytest.fixture
def call(tmp_path) -> Callable[..., str]:
    """Call a command on a sandbox platform of its own; what it writes is returned, or why it refuses."""

    def call(*words: object, code: int = 0) -> str:
        environment = {"MARKET_PLATFORM_DATA": str(tmp_path / "data"), "MARKET_PLATFORM_ORIGIN": "sandbox"}
        result = CliRunner().invoke(app, [str(word) for word in words], env=environment, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.stdout or result.stderr

    return call
