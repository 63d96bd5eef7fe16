"""Spans of requests for OpenTelemetry, where it is wanted; without it nothing here is imported.

Where spans go is OpenTelemetry's own environment (``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_SERVICE_NAME`` ...). A span carries
the declared route, never a path's values, and neither key nor body.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from market_platform.api.passage import Passage, Scope
from market_platform.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer, TracerProvider

NAME = "market_platform.api"


class Tracing:
    """Makes one span a request under the caller's own trace."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._tracer: Tracer = provider.get_tracer(NAME)

    @contextmanager
    def span(self, scope: Scope, passage: Passage) -> Iterator[None]:
        """Hold a span open while a request is answered; route and status are known at its end."""
        from opentelemetry.propagate import extract
        from opentelemetry.trace import SpanKind, StatusCode

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        carried = {name: headers[name] for name in ("traceparent", "tracestate") if name in headers}
        with self._tracer.start_as_current_span(scope["method"], extract(carried), SpanKind.SERVER) as span:
            try:
                yield
            finally:
                route = passage.route_of(scope)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.request.method", scope["method"])
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", passage.status)
                span.set_attribute("market_platform.request_id", passage.request_id)
                if passage.status >= 500:
                    span.set_status(StatusCode.ERROR)


def provider_from_environment() -> "TracerProvider":
    """Return the provider that exports as OpenTelemetry's environment says. Raises SettingsError where it is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        msg = "MARKET_PLATFORM_TRACES needs OpenTelemetry: pip install 'market-platform[traces]'"
        raise SettingsError(msg) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "market-platform"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
