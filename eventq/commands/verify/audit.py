"""`eventq audit`: what became of every event that a producer wrote down in its ledger."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from eventq.commands.option_fields import option
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.redaction import hide
from eventq.commands.settings.settings import text_if_given
from eventq.core.consume.delivery import Delivery
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation, check_names
from eventq.core.sink_url import EffectsUrl, TableUrl, TopicUrl, sink_url

_PRODUCED = "What was produced"
_DELIVERED = "What was delivered"
_JUDGED = "The verdict"


@kafka_command
def audit(
    shared: Shared,
    ledger: Annotated[
        list[str] | None,
        option(
            _PRODUCED,
            "--ledger",
            metavar="FILE",
            text="A ledger of eventq produce, or verifiable:FILE, the output of Kafka's VerifiableProducer; "
            "repeatable.",
        ),
    ] = None,
    topic: Annotated[
        str | None,
        option(_DELIVERED, "-t", "--topic", text="Read the ledgers' topic, and compare it with them."),
    ] = None,
    group: Annotated[
        str | None,
        option(
            _DELIVERED, "-g", "--group", text="What it has not committed yet is pending, not lost (--topic)."
        ),
    ] = None,
    sink: Annotated[
        list[str] | None,
        option(
            _DELIVERED,
            "--sink",
            metavar="URL",
            text="Processed events: sqlite:PATH, postgresql://… or kafka:TOPIC as consume --sink wrote it; "
            "with ?table=T&id=COLUMN behind the database a table of your own; repeatable.",
        ),
    ] = None,
    seen: Annotated[
        list[str] | None,
        option(_DELIVERED, "--seen", metavar="FILE", text="Ids of processed events, one a line; - is stdin."),
    ] = None,
    isolation: Annotated[
        Isolation | None,
        option(_DELIVERED, "--isolation", text="How the topic is read (default read-committed)."),
    ] = None,
    delivery: Annotated[
        Delivery, option(_JUDGED, "--delivery", text="The guarantee that was promised.")
    ] = Delivery.AT_LEAST_ONCE,
    junit: Annotated[
        Path | None, option(_JUDGED, "--junit", text="Write the verdict as JUnit XML to this file as well.")
    ] = None,
) -> int:
    """Compare what was produced, by its ledger, with the topic and with what was processed.

    Exit 0: the guarantee holds; 5: it is broken; 1: nothing is wrong, and events are still pending.
    """
    output = output_format(shared, ("text", "json"))
    tables = [sink_url(url) for url in sink or ()]
    kept = any(isinstance(table, EffectsUrl) for table in tables)
    _check(ledger, topic, None if kept else group, isolation, sink, seen)
    _check_copies(tables, topic)
    hide(secret for table in tables for secret in table.secrets)
    check_junit(junit)
    name = None if topic is None else check_names([topic])[0]
    level = _isolation(shared, isolation)
    from eventq.commands.verify.run import run_audit
    from eventq.loops.verify.judge import AuditPlan

    plan = AuditPlan(name, group, delivery, level)
    return run_audit(shared, plan, ledger or [], tables, seen or [], output, junit)


# the options


def _check(
    ledger: list[str] | None,
    topic: str | None,
    group: str | None,
    isolation: Isolation | None,
    sink: list[str] | None,
    seen: list[str] | None,
) -> None:
    if not ledger:
        raise UsageError(
            "no ledger was named", hint="--ledger FILE, as eventq produce --ledger FILE wrote it"
        )
    if topic is None:
        for name, value in (("--group", group), ("--isolation", isolation)):
            if value is not None:
                raise UsageError(
                    f"{name} does nothing without --topic", hint="name the topic that the ledger is of"
                )
        if not (sink or seen):
            raise UsageError("nothing to compare the ledger with", hint="--topic, --sink or --seen")
    if (seen or []).count("-") > 1:
        raise UsageError("--seen - is given twice", hint="standard input can be read once")


def _check_copies(tables: Sequence[TableUrl | EffectsUrl | TopicUrl], topic: str | None) -> None:
    if any(isinstance(table, TopicUrl) and table.topic == topic for table in tables):
        raise UsageError(
            f"--sink kafka:{topic} is the topic that was produced to, so it shows no processing",
            hint="name the topic that events were copied to",
        )


def _isolation(shared: Shared, given: Isolation | None) -> Isolation:
    """Unlike elsewhere read-committed, if nothing is said: what was aborted was never delivered."""
    said = text_if_given(shared, given and given.value, "isolation")
    try:
        return Isolation(said) if said else Isolation.READ_COMMITTED
    except ValueError as error:
        raise UsageError(f"no such isolation: {said!r}", hint="read-uncommitted or read-committed") from error


def check_junit(junit: Path | None) -> None:
    """Before all the work, not after it."""
    try:
        there = junit is None or junit.absolute().parent.is_dir()
    except OSError as error:
        raise UsageError(f"--junit {junit} can't be written: {error.strerror}") from error
    if junit is not None and not there:
        raise UsageError(f"--junit {junit}: there is no folder {junit.parent}", hint="make it before")


def register(app: typer.Typer) -> None:
    app.command("audit")(audit)
