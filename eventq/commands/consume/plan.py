"""From the options of `eventq consume` to what is to be done, by settings alone: no broker is asked."""

from dataclasses import replace
from random import SystemRandom

from eventq.commands.consume.options import DEFAULT_BACKOFF, DEFAULT_RETRIES, ConsumeOptions
from eventq.commands.options import Shared
from eventq.commands.settings import settings
from eventq.commands.settings.connect import connection, data_client
from eventq.core.consume.delivery import Delivery, SinkPlan, parse_sink
from eventq.core.consume.injection import FaultPlan, parse_fault
from eventq.core.consume.on_malformed import OnMalformed, check_source, parse_on_malformed
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.consume.work import Work, parse_work
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation, check_names
from eventq.core.parse import duration, duration_if_given
from eventq.core.settings.properties import check_group_protocol
from eventq.core.settings.settings import Role
from eventq.core.start import parse_start


def consume_plans(shared: Shared, options: ConsumeOptions) -> tuple[GroupPlan, MemberPlan]:
    """What the group and what each member is to do; UsageError for what can't mean anything."""
    options.check()
    member = _member_plan(shared, options)
    _check_protocol(shared, options, member)
    if not 0 < member.heartbeat_interval < member.session_timeout:
        raise UsageError(
            "--heartbeat-interval must be above 0 and shorter than --session-timeout",
            hint="a third of it or less is usual",
        )
    group = GroupPlan(
        topic=member.topic,
        group=member.group,
        client=member.client,
        count=settings.number(shared, options.count, "count"),
        restart=options.restart,
        max_messages=options.max_messages,
        duration=duration_if_given(options.duration),
        timeout=duration_if_given(options.timeout),
        idle_timeout=duration_if_given(options.idle_timeout),
        faults=member.faults,
    )
    return group, member


def _member_plan(shared: Shared, options: ConsumeOptions) -> MemberPlan:
    produces = parse_on_malformed(options.on_malformed).topic is not None
    to = connection(shared, Role.CONSUMER, Role.PRODUCER if produces else None)
    (topic,) = check_names([settings.text(shared, options.topic, "topic")])
    return MemberPlan(
        connection=to,
        client=data_client(to),
        topic=topic,
        group=settings.text(shared, options.group, "group"),
        client_id="",
        start=parse_start(options.from_beginning, options.start),
        read_committed=settings.choice(shared, Isolation, options.isolation, "isolation")
        is Isolation.READ_COMMITTED,
        session_timeout=settings.seconds(shared, options.session_timeout, "session-timeout"),
        heartbeat_interval=settings.seconds(shared, options.heartbeat_interval, "heartbeat-interval"),
        work=Work() if options.work is None else parse_work(options.work),
        commit_interval=duration(options.commit_interval),
        value_format=options.value_format.value,
        events=options.events,
        limited=options.max_messages is not None,
        delivery=options.delivery,
        sink=_sink(options),
        on_malformed=_on_malformed(options, topic),
        faults=_faults(options),
    )


def _faults(options: ConsumeOptions) -> FaultPlan:
    seed = SystemRandom().getrandbits(32) if options.fault_seed is None else options.fault_seed
    return FaultPlan(tuple(map(parse_fault, options.fault or ())), seed)


def _sink(options: ConsumeOptions) -> SinkPlan | None:
    if options.sink is None:
        return None
    return SinkPlan(*parse_sink(options.sink), *_retries(options))


def _on_malformed(options: ConsumeOptions, topic: str) -> OnMalformed:
    """Under at-most-once nothing is sent again that may be there already."""
    retries, backoff = _retries(options)
    if options.delivery is Delivery.AT_MOST_ONCE:
        retries = 0
    asked = replace(parse_on_malformed(options.on_malformed), retries=retries, backoff=backoff)
    check_source(asked, topic)
    return asked


def _retries(options: ConsumeOptions) -> tuple[int, float]:
    """How often, and how many seconds apart."""
    retries = DEFAULT_RETRIES if options.retries is None else options.retries
    return retries, duration(options.retry_backoff or DEFAULT_BACKOFF)


def _check_protocol(shared: Shared, options: ConsumeOptions, member: MemberPlan) -> None:
    timing = {
        "session-timeout": options.session_timeout,
        "heartbeat-interval": options.heartbeat_interval,
    }
    given = [name for name, value in timing.items() if settings.setting(shared, value, name).given]
    check_group_protocol(member.connection.properties, member.client, given)
