"""A sample of lag as Prometheus metrics, under the names that kafka_exporter's dashboards ask for, and ours.

What is unknown has no series: never 0, never -1. A stale sample has none at all, and eventq_up is 0.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from eventq.core import safe_text
from eventq.core.lag.eta import EtaState
from eventq.core.lag.export import Sampling
from eventq.core.lag.labels import Labels
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Status
from eventq.core.lag.trend import Trend
from eventq.core.lag.verdict import Verdict

Rows: TypeAlias = Iterable[tuple[tuple[str, ...], float | None]]

_PLACE = ("consumergroup", "topic", "partition")


def families(sample: Sample, sampling: Sampling | None = None, labels: Labels = ()) -> list[Metric]:
    """Those that have a value; `sampling` None: nothing goes on that could be counted.

    `labels` are added to every series.
    """
    found = [
        _gauge("eventq_up", "Whether Kafka could be read at the last sample.", (), [((), not sample.stale)])
    ]
    if sampling is not None:
        found += _of_sampling(sample, sampling)
    if not sample.stale:
        found += [*_of_groups(sample), *_of_partitions(sample), *_of_topics(sample)]
    return [_labelled(family, labels) for family in found if family.samples]


def _labelled(family: Metric, labels: Labels) -> Metric:
    if labels:
        more = {name: safe_text.name(value) for name, value in labels}
        family.samples = [series._replace(labels={**more, **series.labels}) for series in family.samples]
    return family


def text(sample: Sample) -> str:
    """The text format of one sample alone."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Fixed(families(sample)))
    return generate_latest(registry).decode()


class _Fixed:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _of_sampling(sample: Sample, sampling: Sampling) -> list[Metric]:
    seconds, at = (sampling.seconds, sample.snapshot.at) if sampling.samples else (None, None)
    return [
        _gauge("eventq_sample_duration_seconds", "Duration of the last sample.", (), [((), seconds)]),
        _gauge("eventq_sample_timestamp_seconds", "When the values were read.", (), [((), at)]),
        CounterMetricFamily("eventq_samples", "Samples taken.", value=sampling.samples),
        CounterMetricFamily(
            "eventq_sample_errors", "Samples in which something could not be read.", value=sampling.errors
        ),
    ]


def _of_groups(sample: Sample) -> list[Metric]:
    groups = sample.snapshot.groups
    totals = {group.group: sample.trend(group).total for group in groups}
    name = ("consumergroup",)
    return [
        _gauge("kafka_consumergroup_members", "Live members of the group.", name,
               [((g.group,), g.member_count) for g in groups]),
        _gauge("eventq_group_lag", "Total lag of the group.", name, [((g.group,), g.lag) for g in groups]),
        _gauge("eventq_group_time_lag_seconds", "Age of the oldest record not consumed.", name,
               [((g.group,), sample.group_time_lag(g).seconds) for g in groups]),
        _gauge("eventq_group_eta_seconds", "Time until the group has caught up; +Inf: never.", name,
               [((g.group,), _eta(totals[g.group])) for g in groups]),
        _gauge("eventq_group_verdict", "1 for the verdict that holds, 0 for the others.", (*name, "verdict"),
               [row for g in groups for row in _verdicts(g.group, totals[g.group])]),
        _gauge("eventq_group_lost_records", "Records deleted before the group read them.", name,
               [((g.group,), g.lost) for g in groups]),
        _gauge("eventq_group_arrival_rate", "Records per second that arrive.", name,
               [((g.group,), totals[g.group].rates.arrival) for g in groups]),
        _gauge("eventq_group_consume_rate", "Records per second that are consumed.", name,
               [((g.group,), totals[g.group].rates.consume) for g in groups]),
    ]  # fmt: skip


def _eta(trend: Trend) -> float | None:
    return float("inf") if trend.eta.state is EtaState.NEVER else trend.eta.seconds


def _verdicts(group: str, trend: Trend) -> Iterator[tuple[tuple[str, ...], float]]:
    found = trend.judgement.verdict
    if found is not None:
        yield from (((group, verdict.value), float(verdict is found)) for verdict in Verdict)


def _of_partitions(sample: Sample) -> list[Metric]:
    parts = [(group, part) for group in sample.snapshot.groups for part in group.counted]
    return [
        _gauge("kafka_consumergroup_current_offset", "Committed offset.", _PLACE,
               [(_place(g, p), p.committed) for g, p in parts]),
        _gauge("kafka_consumergroup_lag", "Records still to be read.", _PLACE,
               [(_place(g, p), p.lag) for g, p in parts]),
        _gauge("kafka_consumergroup_current_offset_sum", "Sum of a topic's committed offsets.", _PLACE[:2],
               _sums((g.group, p.topic, p.committed) for g, p in parts if p.status is not Status.NO_COMMIT)),
        _gauge("kafka_consumergroup_lag_sum", "Records of a topic still to be read.", _PLACE[:2],
               _sums((g.group, p.topic, p.lag) for g, p in parts)),
        _gauge("eventq_partition_time_lag_seconds", "Age of the oldest record not consumed.", _PLACE,
               [(_place(g, p), sample.time_lag(g, p).seconds) for g, p in parts]),
    ]  # fmt: skip


def _place(group: GroupLag, part: PartitionLag) -> tuple[str, ...]:
    return group.group, part.topic, str(part.partition)


def _sums(values: Iterable[tuple[str, str, int | None]]) -> Rows:
    """A sum with an unknown part is unknown."""
    found: defaultdict[tuple[str, str], list[int | None]] = defaultdict(list)
    for group, topic, value in values:
        found[group, topic].append(value)
    return [(key, None if None in all_ else sum(v or 0 for v in all_)) for key, all_ in found.items()]


def _of_topics(sample: Sample) -> list[Metric]:
    """Each partition once, however many groups read it."""
    parts = {part.key: part for group in sample.snapshot.groups for part in group.counted}
    label = ("topic", "partition")
    counts: defaultdict[str, int] = defaultdict(int)
    for key in parts:
        counts[key.topic] += 1
    return [
        _gauge("kafka_topic_partitions", "Partitions of the topic.", ("topic",),
               [((topic,), count) for topic, count in counts.items()]),
        _gauge("kafka_topic_partition_current_offset", "End offset.", label,
               [((p.topic, str(p.partition)), _high(p)) for p in parts.values()]),
        _gauge("kafka_topic_partition_oldest_offset", "Log start offset.", label,
               [((p.topic, str(p.partition)), p.log_start) for p in parts.values()]),
    ]  # fmt: skip


def _high(part: PartitionLag) -> int | None:
    return part.end if part.high_watermark is None else part.high_watermark


def _gauge(name: str, text: str, labels: tuple[str, ...], rows: Rows) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        if number is not None:
            family.add_metric([safe_text.name(value) for value in values], float(number))
    return family
