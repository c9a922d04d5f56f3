"""`eventq produce`: Purchase events at a rate."""

import secrets
from typing import Annotated, Any

import typer

from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.produce.topic import TopicRules
from eventq.commands.settings import settings
from eventq.commands.settings.connect import connection, data_client
from eventq.core.errors import UsageError
from eventq.core.kafka import check_names
from eventq.core.parse import duration, whole
from eventq.core.parse import rate as parse_rate
from eventq.core.produce.keys import parse_key
from eventq.core.produce.pacing import schedule
from eventq.core.produce.plan import Acks, Compression, ProducePlan, SendPlan
from eventq.core.settings.numbers import INT
from eventq.core.settings.settings import Role

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
    workers: Annotated[
        int, _about(_LOAD, "--workers", text="Processes that share the one schedule.", min=1)
    ] = 1,
    input_: Annotated[
        str | None,
        _about(_LOAD, "--input", text="Send each line of this file as its bytes (all but \\n); - is stdin."),
    ] = None,
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
    from eventq.commands.produce.run import run_and_report

    output = output_format(shared, ("text", "json"))
    seconds = None if run_for is None else duration(run_for)
    _refuse(partition, partitions, rate, max_slip)
    _refuse_with_input(input_, seed, key, workers)
    if seconds == 0:
        raise UsageError("a --duration of 0 would never send", hint="leave it out to send until stopped")
    send = _send_plan(shared, topic, partition, acks, compression, linger_ms, batch_bytes)
    plan = ProducePlan(
        run=secrets.token_hex(4),
        send=send,
        schedule=schedule(
            None if rate is None else parse_rate(rate),
            max_messages,
            seconds,
        ),
        seed=secrets.randbits(64) if seed is None else seed,
        key=parse_key(key),
        workers=workers,
        input=input_,
    )
    rules = TopicRules(
        partitions=settings.number(shared, partitions, "partitions"),
        replicas=settings.number(shared, replicas, "replicas"),
        asked=settings.setting(shared, partitions, "partitions").given,
        create=create,
        grow=grow,
    )
    run_and_report(shared, plan, rules, output, None if max_slip is None else duration(max_slip))


def _refuse(partition: int | None, partitions: int | None, rate: str | None, max_slip: str | None) -> None:
    if partition is not None and partitions is not None:
        raise UsageError(
            "--partition and --partitions exclude each other",
            hint="one is a single partition to send to, the other the size of the topic",
        )
    if max_slip is not None and rate is None:
        raise UsageError("--max-slip without --rate", hint="only a paced run can be late")


def _refuse_with_input(input_: str | None, seed: int | None, key: str, workers: int) -> None:
    """What would do nothing, as --input makes no events up."""
    given = [("--seed", seed is not None), ("--key", key != "none"), ("--workers", workers > 1)]
    idle = [name for name, is_given in given if is_given]
    if input_ is not None and idle:
        raise UsageError(
            f"{' and '.join(idle)} with --input",
            hint="lines are sent as they are, by one worker, without keys",
        )


def _send_plan(
    shared: Shared,
    topic: str | None,
    partition: int | None,
    acks: Acks | None,
    compression: Compression | None,
    linger_ms: int | None,
    batch_bytes: int | None,
) -> SendPlan:
    to = connection(shared, Role.PRODUCER)
    (name,) = check_names([settings.text(shared, topic, "topic")])
    return SendPlan(
        connection=to,
        client=data_client(to),
        topic=name,
        partition=partition,
        acks=_choice(Acks, shared, acks, "acks"),
        compression=_choice(Compression, shared, compression, "compression"),
        linger_ms=_number(shared, linger_ms, "linger-ms"),
        batch_bytes=_number(shared, batch_bytes, "batch-bytes"),
    )


def _choice(kind: Any, shared: Shared, given: Any, name: str) -> Any:
    found = settings.setting(shared, given and given.value, name)
    try:
        return kind(found.value)
    except ValueError as error:
        choices = ", ".join(choice.value for choice in kind)
        raise UsageError(f"{found.place} can't be {found.value!r}", hint=f"one of {choices}") from error


def _number(shared: Shared, given: int | None, name: str) -> int | None:
    text = settings.text_if_given(shared, None if given is None else str(given), name)
    value = None if text is None else whole(text)
    if text is not None and (value is None or value > INT):
        raise UsageError(f"--{name} is not a whole number in 32 bits: {text!r:.120}", hint="such as 5")
    return value


def register(app: typer.Typer) -> None:
    app.command()(produce)
