"""Lag as Prometheus metrics: read back by a parser, and looked at by promtool where there is one."""

import shutil
import subprocess

from prometheus_client.parser import text_string_to_metric_families

from eventq.core.kafka import TopicPartition
from eventq.core.lag.eta import Eta, EtaState
from eventq.core.lag.export import Sampling
from eventq.core.lag.labels import OWN_LABELS
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.time_lag import TimeLag
from eventq.core.lag.trend import GroupTrend, Rates, Trend
from eventq.core.lag.verdict import Judgement, Verdict
from eventq.views.lag.prometheus import families, text

ODD = 'g "one"\\\n'
LABEL = 'g "one"\\\\\\n'
KEY = TopicPartition("orders", 0)
PARTS = (
    PartitionLag("orders", 0, Status.OK, 5, 40, 100, lag=60),
    PartitionLag("orders", 1, Status.NO_COMMIT, 0, None, 7, lag=7),
    PartitionLag("audit", 0, Status.ERROR, committed=3, error="no leader"),
)
GROUPS = (
    GroupLag(ODD, "Stable", "classic", None, 1, PARTS),
    GroupLag("other", "Empty", "consumer", None, None, PARTS[:1]),
)
TREND = GroupTrend(Trend(Rates(9.0, 2.5), Eta(EtaState.NEVER), Judgement(Verdict.WARN, "rising")))
SAMPLE = Sample(
    Snapshot(1000.5, GROUPS), {"other": TREND}, {("other", KEY): TimeLag(12.25)}
)  # fmt: skip


def series(of: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(of)
        for sample in family.samples
    }


def value(of: str, name: str, **labels: str) -> float | None:
    return series(of).get((name, frozenset(labels.items())))


def test_the_names_and_labels_are_those_of_kafka_exporter() -> None:
    found = text(SAMPLE)
    at = {"consumergroup": LABEL, "topic": "orders", "partition": "0"}
    assert value(found, "kafka_consumergroup_lag", **at) == 60
    assert value(found, "kafka_consumergroup_current_offset", **at) == 40
    assert value(found, "kafka_consumergroup_lag_sum", consumergroup=LABEL, topic="orders") == 67
    assert value(found, "kafka_consumergroup_current_offset_sum", consumergroup=LABEL, topic="orders") == 40
    assert value(found, "kafka_consumergroup_members", consumergroup=LABEL) == 1
    assert value(found, "kafka_topic_partition_current_offset", topic="orders", partition="0") == 100
    assert value(found, "kafka_topic_partition_oldest_offset", topic="orders", partition="0") == 5
    assert value(found, "kafka_topic_partitions", topic="orders") == 2


def test_our_own_say_how_old_how_long_and_what_is_wrong() -> None:
    found, one = text(SAMPLE), {"consumergroup": "other"}
    assert value(found, "eventq_group_time_lag_seconds", **one) == 12.25
    assert value(found, "eventq_group_eta_seconds", **one) == float("inf")
    assert value(found, "eventq_group_verdict", **one, verdict="WARN") == 1
    assert value(found, "eventq_group_verdict", **one, verdict="OK") == 0
    assert value(found, "eventq_group_lost_records", **one) == 0
    assert value(found, "eventq_group_arrival_rate", **one) == 9
    assert value(found, "eventq_up") == 1


def test_labels_of_the_users_own_are_on_every_series() -> None:
    found = families(SAMPLE, Sampling(), (("cluster", "eu\n1"),))
    assert {series.labels["cluster"] for family in found for series in family.samples} == {"eu\\n1"}


def test_no_metric_has_a_label_that_a_user_could_give_too() -> None:
    names = {name for family in families(SAMPLE, Sampling()) for row in family.samples for name in row.labels}
    assert names == OWN_LABELS


def test_what_is_unknown_has_no_series() -> None:
    names = {(name, dict(labels).get("topic"), dict(labels).get("partition"))
             for name, labels in series(text(SAMPLE))}  # fmt: skip
    assert ("kafka_consumergroup_lag", "audit", "0") not in names
    assert ("kafka_consumergroup_lag_sum", "audit", None) not in names
    assert ("kafka_consumergroup_current_offset", "orders", "1") not in names
    assert value(text(SAMPLE), "kafka_consumergroup_members", consumergroup="other") is None
    assert value(text(SAMPLE), "eventq_group_lag", consumergroup=LABEL) is None


def test_a_stale_sample_leaves_its_series_out_and_up_is_0() -> None:
    stale = Sample(SAMPLE.snapshot, error="no broker answers")
    assert series(text(stale)) == {("eventq_up", frozenset()): 0}
    names = {family.name for family in families(stale, Sampling(5, 2, 0.1))}
    assert names == {"eventq_up", "eventq_sample_duration_seconds", "eventq_sample_timestamp_seconds",
                     "eventq_samples", "eventq_sample_errors"}  # fmt: skip


def test_sampling_counts_what_failed() -> None:
    sampling = Sampling().after(SAMPLE, 0.5).after(Sample(Snapshot(0, GROUPS[1:])), 0.25)
    assert sampling == Sampling(2, 1, 0.25)


def test_promtool_complains_of_nothing_but_the_names_that_are_not_ours() -> None:
    """kafka_exporter ends two names in _sum. Without promtool the parser above has to do."""
    promtool = shutil.which("promtool")
    if promtool is None:
        assert series(text(SAMPLE))
        return
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text(SAMPLE), capture_output=True, text=True, check=False
    )
    complaints = (done.stdout + done.stderr).splitlines()
    assert {line.split()[0] for line in complaints} == {
        "kafka_consumergroup_lag_sum", "kafka_consumergroup_current_offset_sum"
    }, complaints  # fmt: skip
