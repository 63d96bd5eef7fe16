"""Prometheus metrics of the API and of the platform's state; the registry belongs to one app."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from market_platform.api.figures import figures
from market_platform.api.reading import Reader
from market_platform.ingest.status import feed_statuses
from market_platform.platform import Platform

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts of what was asked, and gauges read from the platform when Prometheus asks."""

    def __init__(self, platform: Platform, reader: Reader) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "market_api_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self._errors = Counter("market_api_errors", "Answers of 500 and above", ["route"], registry=self.registry)
        self._seconds = Histogram(
            "market_api_latency_seconds", "Time to the end of the answer", ["route"], registry=self.registry,
            buckets=BUCKETS,
        )  # fmt: skip
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry.register(_PlatformState(platform, reader))

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer; ``route`` is the declared path, so that a path's values make no series of their own."""
        key = (route, method, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = (
                self._requests.labels(route, method, str(status)), self._seconds.labels(route),
            )  # fmt: skip
        child[0].inc()
        child[1].observe(seconds)
        if status >= 500:
            self._errors.labels(route).inc()

    def page(self) -> bytes:
        """Return the page that Prometheus reads."""
        return generate_latest(self.registry)


class _PlatformState(Collector):
    def __init__(self, platform: Platform, reader: Reader) -> None:
        self._platform, self._reader = platform, reader

    def describe(self) -> list[GaugeMetricFamily]:
        """Say nothing ahead: the gauges are read when they are asked for."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the state as it is now."""
        yield from _feeds(self._platform, self._platform.clock())
        for figure in figures(self._platform, self._reader):
            gauge = GaugeMetricFamily(f"market_{figure.name}", figure.description, labels=list(figure.labels))
            for values, value in figure.points:
                gauge.add_metric(list(values), value)
            yield gauge


def _feeds(platform: Platform, now: datetime) -> Iterator[GaugeMetricFamily]:
    age = GaugeMetricFamily("market_feed_age_minutes", "Age of the last interval's end", labels=["feed"])
    coverage = GaugeMetricFamily("market_feed_coverage_percent", "Received of expected rows", labels=["feed"])
    gaps = GaugeMetricFamily("market_feed_gap_days", "Days without rows between first and last", labels=["feed"])
    for status in feed_statuses(platform.ledger, now):
        if status.age_minutes is not None:
            age.add_metric([status.feed], status.age_minutes)
            gaps.add_metric([status.feed], status.gaps)
        if status.coverage_percent is not None:
            coverage.add_metric([status.feed], status.coverage_percent)
    yield from (age, coverage, gaps)
