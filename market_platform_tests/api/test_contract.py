"""The whole OpenAPI document held to what the API does: no 5xx, no answer that is not documented, no way around the keys."""

import contextlib
import os

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

from market_platform.api.app import create_app
from market_platform_tests.api.conftest import Served, keys_of, serving, small_platform

# Not among the tests' own packages: what it brings costs every process that reads a JSON schema three seconds.
schemathesis = pytest.importorskip("schemathesis", reason="`make fuzz` installs it")
schemathesis.checks.load_all_checks()
TABLES = ("lmp", "bids", "system_figures")
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "1"))
# What schemathesis would have answered with 4xx although the platform gives it a meaning is judged in the tests beside.
JUDGED = schemathesis.checks.CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "ignored_auth",
    ]
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    platform = small_platform(tmp_path_factory.mktemp("fuzzed"), ("pjm_dam_lmp_hub",))
    # Each operation is asked without a key as well, more often than an address may.
    with serving(create_app(platform, strangers_per_minute=10_000_000)) as url:
        yield Served(url, platform, keys_of(platform, rate=10_000_000))


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_every_operation_keeps_to_its_document(fuzzed, mode):
    schema = schemathesis.openapi.from_url(f"{fuzzed.url}/openapi.json", timeout=120)
    schema.config.base_url = fuzzed.url
    headers = {"X-API-Key": fuzzed.keys["admin"]}
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        # One factory makes the routes over tables: some of them stand for all.
        if operation.path.startswith("/v1/tables/") and not operation.path.endswith(TABLES):
            continue
        asked += 1
        _fuzz(operation.as_strategy(generation_mode=mode), headers)
    assert asked > 50


def _fuzz(strategy, headers) -> None:
    @given(case=strategy)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        database=None,
    )
    def keeps(case) -> None:
        case.call_and_validate(headers=headers, checks=JUDGED)

    # An operation without parameters cannot be asked wrongly.
    with contextlib.suppress(Unsatisfiable):
        keeps()
