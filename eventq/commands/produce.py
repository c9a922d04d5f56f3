"""`eventq produce`: Purchase events at a rate."""

import secrets
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eventq.commands import settings
from eventq.commands.connect import connection, data_client
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import note, write, write_json
from eventq.commands.produce_topic import TopicRules, ready_topic
from eventq.core.errors import EventqError, ExitCode, Stopped, ThresholdBreached, UsageError
from eventq.core.goals import Outcome
from eventq.core.keys import parse_key
from eventq.core.pacing import schedule
from eventq.core.parse import duration
from eventq.core.parse import rate as parse_rate
from eventq.core.produce_plan import Acks, Compression, ProducePlan, SendPlan
from eventq.core.produced import ProduceReport
from eventq.core.settings import Role
from eventq.core.topics import check_names

if TYPE_CHECKING:
    from eventq.loops.produce import EventProducer

_LOAD = "The load"
_TOPIC = "The topic"
_SENDING = "Sending"


def _about(panel: str, *names: str, text: str, **more: Any) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, **more)


@kafka_command
def produce(
    shared: Shared,
    topic: Annotated[
        str | None, _about(_TOPIC, "-t", "--topic", text="The topic (KAFKA_TOPIC, default).")
    ] = None,
    partitions: Annotated[
        int | None,
        _about(
            _TOPIC, "--partitions", text="Create or grow the topic to so many (KAFKA_PARTITIONS, 10).", min=1
        ),
    ] = None,
    replicas: Annotated[
        int | None,
        _about(_TOPIC, "--replicas", text="Replicas of a created topic (KAFKA_REPLICAS, 1).", min=1),
    ] = None,
    create: Annotated[
        bool, _about(_TOPIC, "--create/--no-create", text="Create a missing topic, or exit 4.")
    ] = True,
    grow: Annotated[
        bool, _about(_TOPIC, "--grow/--no-grow", text="Add partitions if fewer than were asked for.")
    ] = True,
    partition: Annotated[
        int | None, _about(_TOPIC, "--partition", text="Send everything to this partition.", min=0)
    ] = None,
    rate: Annotated[
        str | None,
        _about(_LOAD, "-r", "--rate", text="100, 0.5, 100/s, 30/m; without it as fast as possible."),
    ] = None,
    max_messages: Annotated[
        int | None, _about(_LOAD, "-n", "--max-messages", text="Exactly N events.", min=1)
    ] = None,
    run_for: Annotated[str | None, _about(_LOAD, "--duration", text="30s, 5m, 1h30m.")] = None,
    seed: Annotated[
        int | None, _about(_LOAD, "--seed", text="The same ids, prices and keys again.", min=0)
    ] = None,
    key: Annotated[
        str, _about(_LOAD, "--key", text="none, product, customer:K or zipf:K:S (skewed).")
    ] = "none",
    max_slip: Annotated[
        str | None, _about(_LOAD, "--max-slip", text="Exit 3 if the p99 slip is above this.")
    ] = None,
    acks: Annotated[
        Acks | None, _about(_SENDING, "--acks", text="all (idempotent), 1 or 0.", show_default="all")
    ] = None,
    compression: Annotated[
        Compression | None, _about(_SENDING, "--compression", text="Of batches.", show_default="none")
    ] = None,
    linger_ms: Annotated[
        int | None, _about(_SENDING, "--linger-ms", text="How long a batch waits for more.", min=0)
    ] = None,
    batch_bytes: Annotated[
        int | None, _about(_SENDING, "--batch-bytes", text="The most that a batch holds.", min=1)
    ] = None,
) -> None:
    """Send Purchase events, paced or as fast as possible."""
    output = output_format(shared, ("text", "json"))
    if partition is not None and partitions is not None:
        raise UsageError(
            "--partition and --partitions exclude each other",
            hint="one is a single partition to send to, the other the size of the topic",
        )
    to = connection(shared, Role.PRODUCER)
    (name,) = check_names([settings.text(shared, topic, "topic")])
    plan = ProducePlan(
        run=secrets.token_hex(4),
        send=SendPlan(
            connection=to,
            client=data_client(to),
            topic=name,
            partition=partition,
            acks=_choice(Acks, shared, acks, "acks"),
            compression=_choice(Compression, shared, compression, "compression"),
            linger_ms=_number(shared, linger_ms, "linger-ms"),
            batch_bytes=_number(shared, batch_bytes, "batch-bytes"),
        ),
        schedule=schedule(
            None if rate is None else parse_rate(rate),
            max_messages,
            None if run_for is None else duration(run_for),
        ),
        seed=secrets.randbits(64) if seed is None else seed,
        key=parse_key(key),
    )
    if max_slip is not None and rate is None:
        raise UsageError("--max-slip without --rate", hint="only a paced run can be late")
    rules = TopicRules(
        partitions=settings.number(shared, partitions, "partitions"),
        replicas=settings.number(shared, replicas, "replicas"),
        asked=settings.setting(shared, partitions, "partitions").given,
        create=create,
        grow=grow,
    )
    report, outcome = _run(shared, plan, rules)
    _print(report, output)
    _judge(report, outcome, None if max_slip is None else duration(max_slip))


def _choice(kind: Any, shared: Shared, given: Any, name: str) -> Any:
    found = settings.setting(shared, given and given.value, name)
    try:
        return kind(found.value)
    except ValueError as error:
        choices = ", ".join(choice.value for choice in kind)
        raise UsageError(f"{found.place} can't be {found.value!r}", hint=f"one of {choices}") from error


def _number(shared: Shared, given: int | None, name: str) -> int | None:
    text = settings.text_if_given(shared, None if given is None else str(given), name)
    if text is not None and not text.isdecimal():
        raise UsageError(f"--{name} is not a whole number: {text!r}", hint="such as 5")
    return None if text is None else int(text)


def _run(shared: Shared, plan: ProducePlan, rules: TopicRules) -> tuple[ProduceReport, Outcome]:
    from eventq.commands.produce_output import Output
    from eventq.commands.signals import signals
    from eventq.core.feed import MadeUp, Share
    from eventq.loops.clock import SystemClock
    from eventq.loops.produce import Produce

    send = plan.send
    count = ready_topic(shared, send.connection, send.topic, rules)
    if send.partition is not None and send.partition >= count:
        raise UsageError(
            f"topic {send.topic} has no partition {send.partition}", hint=f"0 to {count - 1} are there"
        )
    if not send.idempotent:
        note(shared, f"acks {send.acks.value}: not idempotent, events can be lost or doubled")
    if shared.verbose:
        note(shared, f"run {plan.run}, client {send.client}")
    producer = _producer(send)
    output = Output(send.topic, plan.schedule, quiet=shared.quiet)
    feed = MadeUp(plan.seed, plan.key, Share(), plan.schedule.total)
    run = Produce(plan.schedule, feed, producer, SystemClock(), output)
    with signals(run):
        producer.begin()
        outcome = run.run()
    target = plan.schedule.rate
    report = ProduceReport(
        topic=send.topic,
        run=plan.run,
        client=send.client,
        acknowledged=send.acks is not Acks.NONE,
        start=run.start,
        seconds=run.end - run.start,
        target_rate=None if target is None else float(target),
        offered=run.offered,
        deliveries=run.deliveries,
    )
    return report, outcome


def _producer(plan: SendPlan) -> "EventProducer":
    if plan.client == "librdkafka":
        from eventq.broker.produce_librdkafka import LibrdkafkaProducer

        return LibrdkafkaProducer(plan)
    from eventq.broker.produce import KafkaPythonProducer

    return KafkaPythonProducer(plan)


def _print(report: ProduceReport, output: str) -> None:
    from eventq.views.produce import document, report_text

    if output == "json":
        write_json(document(report))
    else:
        write(report_text(report))


def _judge(report: ProduceReport, outcome: Outcome, max_slip: float | None) -> None:
    """A stop tells its signal, then a loss counts for more than lateness."""
    if outcome in {Outcome.SIGINT, Outcome.SIGTERM}:
        raise Stopped(ExitCode[outcome.name])
    deliveries = report.deliveries
    if deliveries.failed or deliveries.unknown:
        raise EventqError(
            f"{deliveries.failed} events failed, {deliveries.unknown} may or may not have arrived",
            hint=", ".join(f"{reason}: {count}" for reason, count in deliveries.errors.most_common()),
        )
    slip = report.offered.slip_ms.quantile(0.99)
    if max_slip is not None and slip is not None and slip > max_slip * 1000:
        raise ThresholdBreached(f"p99 slip {slip:.1f} ms is above --max-slip {max_slip * 1000:g} ms")


def register(app: typer.Typer) -> None:
    app.command()(produce)
