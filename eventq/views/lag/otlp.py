"""The exporter's metrics in OpenTelemetry's data model, under the names that they have in Prometheus.

A receiver that makes Prometheus series of them adds `_total` to a counter, as the text format does.
"""

from collections.abc import Iterable

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client.core import Metric as Family

_NANO = 1_000_000_000


def metrics_data(families: Iterable[Family], resource: Resource, began: float, at: float) -> MetricsData:
    """`at`: when the values were read, `began`: when counting began; in epoch seconds."""
    metrics = [_metric(family, int(began * _NANO), int(at * _NANO)) for family in families]
    scope = ScopeMetrics(InstrumentationScope("eventq"), metrics, "")
    return MetricsData([ResourceMetrics(resource, [scope], resource.schema_url)])


def _metric(family: Family, began: int, at: int) -> Metric:
    points = [NumberDataPoint(series.labels, began, at, series.value) for series in family.samples]
    unit = "s" if family.name.endswith("_seconds") else ""
    data = (
        Sum(points, AggregationTemporality.CUMULATIVE, is_monotonic=True)
        if _counts(family)
        else Gauge(points)
    )
    return Metric(family.name, family.documentation, unit, data)


def _counts(family: Family) -> bool:
    return bool(family.type == "counter")
