"""From the options of `eventq verify` to those of the commands that it puts together."""

from dataclasses import dataclass, replace

from eventq.commands.consume.options import ConsumeOptions
from eventq.commands.consume.plan import consume_plans
from eventq.commands.options import Shared
from eventq.commands.produce.options import ProduceOptions
from eventq.commands.produce.plan import produce_plan
from eventq.commands.settings import settings
from eventq.commands.verify.options import DEFAULT_TIMEOUT, VerifyOptions
from eventq.commands.verify.sinks import sink_address
from eventq.commands.verify.workspace import Workspace
from eventq.core.consume.delivery import Delivery, is_transactional, parse_sink
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.parse import duration
from eventq.core.produce.plan import ProducePlan
from eventq.core.topic.topics import TopicWish


@dataclass(frozen=True, slots=True)
class GroupTask:
    """What one group of a verification is to do: a promise, into a sink, with these faults."""

    delivery: Delivery
    sink: str
    faults: tuple[str, ...]
    work: str | None = None
    session_timeout: str | None = None
    commit_interval: str = "1s"


def topic_wish(shared: Shared, options: VerifyOptions) -> TopicWish:
    return TopicWish(
        settings.number(shared, options.partitions, "partitions"),
        settings.number(shared, options.replicas, "replicas"),
    )


def time_limit(options: VerifyOptions) -> float:
    """Seconds."""
    return duration(DEFAULT_TIMEOUT if options.timeout is None else options.timeout)


def produced(shared: Shared, options: VerifyOptions, work: Workspace, messages: int) -> ProducePlan:
    """Each event has a key of its own, so that every partition gets some."""
    wanted = ProduceOptions(
        topic=work.name, rate=options.rate, max_messages=messages, key="product", ledger=work.ledger
    )
    return replace(produce_plan(shared, wanted), run=work.run)


def group_plans(
    shared: Shared, options: VerifyOptions, work: Workspace, task: GroupTask, group: str
) -> tuple[GroupPlan, MemberPlan]:
    transactional = is_transactional(task.delivery, parse_sink(task.sink)[0])
    wanted = ConsumeOptions(
        topic=work.name,
        group=group,
        count=options.count,
        from_beginning=True,
        session_timeout=task.session_timeout,
        commit_interval=None if transactional else task.commit_interval,
        delivery=task.delivery,
        sink=task.sink,
        fault=list(task.faults) or None,
        fault_seed=options.fault_seed if task.faults else None,
        work=task.work,
    )
    return consume_plans(shared, wanted)


def sink_of(options: VerifyOptions, work: Workspace, name: str = "sink") -> str:
    return sink_address(options.sink, work, name)
