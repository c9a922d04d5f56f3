"""From the options of `eventq consume` to what is to be done, by settings alone: no broker is asked."""

import secrets
from dataclasses import replace
from random import SystemRandom

from eventq.commands.consume.options import (
    DEFAULT_BACKOFF,
    DEFAULT_COMMIT_INTERVAL,
    DEFAULT_RETRIES,
    ConsumeOptions,
)
from eventq.commands.extras import require
from eventq.commands.options import Shared
from eventq.commands.redaction import hide
from eventq.commands.settings import settings
from eventq.commands.settings.connect import connection, data_client
from eventq.core.consume.delivery import KAFKA, Delivery, SinkPlan, is_transactional, parse_sink
from eventq.core.consume.injection import FaultPlan, parse_fault
from eventq.core.consume.on_malformed import OnMalformed, check_source, parse_on_malformed
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.core.consume.work import Work, parse_work
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation, check_names
from eventq.core.parse import duration, duration_if_given
from eventq.core.settings.properties import check_group_protocol
from eventq.core.settings.settings import Role
from eventq.core.sink_url import postgresql_url
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
    (topic,) = check_names([settings.text(shared, options.topic, "topic")])
    group = settings.text(shared, options.group, "group")
    sink = _sink(options, topic, group)
    copies = sink is not None and sink.kind == KAFKA
    produces = copies or parse_on_malformed(options.on_malformed).topic is not None
    to = connection(shared, Role.CONSUMER, Role.PRODUCER if produces else None)
    transactional = sink is not None and is_transactional(options.delivery, sink.kind)
    return MemberPlan(
        connection=to,
        client=data_client(to),
        topic=topic,
        group=group,
        client_id="",
        start=parse_start(options.from_beginning, options.start),
        read_committed=_read_committed(shared, options, transactional=transactional),
        session_timeout=settings.seconds(shared, options.session_timeout, "session-timeout"),
        heartbeat_interval=settings.seconds(shared, options.heartbeat_interval, "heartbeat-interval"),
        work=Work() if options.work is None else parse_work(options.work),
        commit_interval=0.0
        if transactional
        else duration(options.commit_interval or DEFAULT_COMMIT_INTERVAL),
        value_format=options.value_format.value,
        events=options.events,
        limited=options.max_messages is not None,
        delivery=options.delivery,
        sink=sink,
        on_malformed=_on_malformed(options, topic),
        faults=_faults(options),
    )


def _faults(options: ConsumeOptions) -> FaultPlan:
    seed = SystemRandom().getrandbits(32) if options.fault_seed is None else options.fault_seed
    return FaultPlan(tuple(map(parse_fault, options.fault or ())), seed)


def _read_committed(shared: Shared, options: ConsumeOptions, *, transactional: bool) -> bool:
    """Transactions rest on it: what was aborted must not be copied, nor an unsettled commit be read."""
    found = settings.choice(shared, Isolation, options.isolation, "isolation")
    if not transactional:
        return found is Isolation.READ_COMMITTED
    said = settings.setting(shared, options.isolation and options.isolation.value, "isolation")
    if said.given and found is not Isolation.READ_COMMITTED:
        raise UsageError(
            f"{said.place} is {found.value}, and exactly-once into Kafka reads committed records only",
            hint="leave it out, or --isolation read-committed",
        )
    return True


def _sink(options: ConsumeOptions, topic: str, group: str) -> SinkPlan | None:
    if options.sink is None:
        return None
    kind, path = parse_sink(options.sink)
    if kind == KAFKA and path == topic:
        raise UsageError(
            f"--sink kafka:{path} is the topic that is consumed: its copies would be copied without end",
            hint="name another topic",
        )
    retries, backoff = _retries(options)
    if kind == KAFKA and options.delivery is Delivery.AT_MOST_ONCE:
        retries = 0
    prefix = options.transactional_id_prefix or f"eventq.{group}.{secrets.token_hex(4)}"
    sink = SinkPlan(kind, path, retries, backoff, prefix=prefix)
    return _postgresql(sink) if sink.kind == "postgresql" else sink


def _on_malformed(options: ConsumeOptions, topic: str) -> OnMalformed:
    """Under at-most-once nothing is sent again that may be there already."""
    retries, backoff = _retries(options)
    if options.delivery is Delivery.AT_MOST_ONCE:
        retries = 0
    asked = replace(parse_on_malformed(options.on_malformed), retries=retries, backoff=backoff)
    check_source(asked, topic)
    if (
        options.sink is not None
        and asked.topic is not None
        and parse_sink(options.sink) == (KAFKA, asked.topic)
    ):
        raise UsageError(
            f"--on-malformed {asked.text}: that is the topic of --sink; they would pass for copies",
            hint="name another topic",
        )
    return asked


def _retries(options: ConsumeOptions) -> tuple[int, float]:
    """How often, and how many seconds apart."""
    retries = DEFAULT_RETRIES if options.retries is None else options.retries
    return retries, duration(options.retry_backoff or DEFAULT_BACKOFF)


def _postgresql(sink: SinkPlan) -> SinkPlan:
    url = postgresql_url(sink.path)
    hide(url.secrets)
    require("psycopg", "postgres")
    from eventq.stores.postgresql import check_url

    check_url(url.target)
    return replace(sink, path=url.target, shown=url.shown)


def _check_protocol(shared: Shared, options: ConsumeOptions, member: MemberPlan) -> None:
    timing = {
        "session-timeout": options.session_timeout,
        "heartbeat-interval": options.heartbeat_interval,
    }
    given = [name for name, value in timing.items() if settings.setting(shared, value, name).given]
    check_group_protocol(member.connection.properties, member.client, given)
