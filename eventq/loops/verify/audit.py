"""The order of an audit, in which no event that is still under way is taken for lost.

1. the ledgers: what was acknowledged by now
2. the group's commits, then the ends of the partitions: all that was acknowledged lies below these
3. the sinks: all that was committed is in them by now
4. the log up to those ends, then once more where it begins, as retention may have gone on meanwhile
5. the ledgers once more, for where acknowledged events have gone that were not found
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, UsageError
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.verify.audit import Audit
from eventq.core.verify.log_pass import PartitionLog
from eventq.core.verify.runs import Runs
from eventq.loops.lag.snapshot import LagReader, Question, read, topic_bounds
from eventq.loops.verify.judge import AuditPlan, LogAccess, SinkSource, judge
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.topic_log import TopicReader


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """How to reach Kafka, when it is needed."""

    lag: Callable[[], AbstractContextManager[LagReader]]
    log: Callable[[], AbstractContextManager[TopicReader]]


def audit(
    plan: AuditPlan, ledgers: Ledgers, sinks: Sequence[SinkSource], cluster: KafkaAccess, clock: Clock
) -> Audit:
    return judge(plan, ledgers, sinks, lambda runs: look(plan, runs, cluster, clock), clock)


def look(plan: AuditPlan, runs: Runs, cluster: KafkaAccess, clock: Clock) -> LogAccess | None:
    """The log as it is now, with the group's commits; None where the plan names no topic."""
    topic = plan.topic
    if topic is None:
        return None
    _check_topic(runs, topic)
    with cluster.lag() as reader:
        partitions = _partitions(reader, plan, topic, runs, clock)

    def log_starts() -> Mapping[int, int]:
        with cluster.lag() as reader:
            bounds = known_bounds(reader, topic, plan.isolation, clock)[1]
        return {key.partition: one.log_start or 0 for key, one in bounds.items()}

    return LogAccess(topic, partitions, cluster.log, log_starts)


def _check_topic(runs: Runs, topic: str) -> None:
    for run in runs.by_name.values():
        if run.line.topic != topic:
            raise UsageError(
                f"{run.file} is of topic {run.line.topic}, not of {topic}",
                hint="offsets of another topic can't be compared; leave --topic out to audit the sinks alone",
            )


# partitions


def _partitions(
    reader: LagReader, plan: AuditPlan, topic: str, runs: Runs, clock: Clock
) -> dict[int, PartitionLog]:
    commits: Mapping[TopicPartition, int] = {}
    if plan.group is not None:
        found = read(reader, Question((plan.group,), (topic,), isolation=plan.isolation), clock)
        error = found.groups[0].commits.error
        if error is not None:
            raise EventqError(f"the commits of group {plan.group} can't be read: {error}")
        commits = found.groups[0].commits.offsets
    topic_id, bounds = known_bounds(reader, topic, plan.isolation, clock)
    _check_topic_id(runs, topic, topic_id)
    return {
        key.partition: PartitionLog(
            key.partition,
            one.log_start or 0,
            one.end or 0,
            (one.high_watermark if one.high_watermark is not None else one.end) or 0,
            commits.get(key),
        )
        for key, one in bounds.items()
    }


def known_bounds(
    reader: LagReader, topic: str, isolation: Isolation, clock: Clock
) -> tuple[str | None, Mapping[TopicPartition, Bounds]]:
    """EventqError unless all of them are known: what can't be read might hold what seems to be lost."""
    found, bounds = topic_bounds(reader, topic, isolation, clock)
    for key, one in sorted(bounds.items()):
        if one.error is not None or one.log_start is None or one.end is None:
            raise EventqError(
                f"{topic}:{key.partition} can't be read: {one.error or 'its offsets are unknown'}",
                hint="an audit needs every partition",
            )
    return found.topic_id, bounds


def _check_topic_id(runs: Runs, topic: str, topic_id: str | None) -> None:
    for run in runs.by_name.values():
        known = run.line.topic_id
        if known is not None and topic_id is not None and known != topic_id:
            raise EventqError(
                f"topic {topic} was deleted and created again since {run.file} was written "
                f"(its id was {known} and is {topic_id})",
                hint="leave --topic out to audit the sinks alone",
            )
