"""Spans of requests, read back through OpenTelemetry's own exporter."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from market_platform.api.app import create_app
from market_platform.api.tracing import Tracing, provider_from_environment
from market_platform_tests.api.conftest import Served, keys_of, serving, small_platform

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    platform = small_platform(tmp_path_factory.mktemp("traced"), ("pjm_dam_lmp_hub",))
    with serving(create_app(platform, tracing=Tracing(provider))) as url:
        yield Served(url, platform, keys_of(platform)), exporter


def test_every_request_is_a_span_under_its_callers_trace(traced):
    served, exporter = traced
    exporter.clear()
    with served.client() as client:
        for _ in range(3):
            client.get(
                "/v1/markets/pjm/prices?location=WESTERN%20HUB",
                headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"},
            )
        client.get("/v1/no/such/path/secret")
        client.post("/v1/bids/submit", json={})
    spans = exporter.get_finished_spans()
    assert [span.name for span in spans] == [
        *["GET /markets/{iso}/prices"] * 3, "GET unmatched", "POST /bids/submit",
    ]  # fmt: skip
    assert all(span.kind is SpanKind.SERVER for span in spans)
    assert [f"{span.context.trace_id:032x}" == TRACE for span in spans] == [True] * 3 + [False] * 2
    assert [span.attributes["http.response.status_code"] for span in spans] == [200, 200, 200, 404, 403]
    told = str([(span.name, dict(span.attributes)) for span in spans])
    assert "WESTERN" not in told
    assert "secret" not in told
    assert served.keys["read"] not in told


def test_the_provider_speaks_to_the_collector_that_the_environment_names():
    provider = provider_from_environment()
    assert provider.resource.attributes["service.name"] == "market-platform"
    provider.shutdown()
