"""`eventq audit`: what became of every event that a producer wrote down in its ledger."""

from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from eventq.commands.extras import require
from eventq.commands.lag.options import lag_reader
from eventq.commands.option_fields import option
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import note, terminal_width, write, write_json
from eventq.commands.redaction import hide
from eventq.commands.settings.connect import connection, data_client
from eventq.commands.settings.settings import text_if_given
from eventq.commands.signals import stop_at_once
from eventq.core.errors import EventqError, ExitCode, UsageError
from eventq.core.kafka import Isolation, check_names
from eventq.core.sink_url import Kind, TableUrl, table_url
from eventq.core.verify.audit import Audit
from eventq.core.verify.names import Delivery, Verdict
from eventq.loops.clock import SystemClock
from eventq.loops.verify.audit import AuditPlan, Cluster, SinkSource
from eventq.loops.verify.audit import audit as run_audit
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.topic_log import TopicReader

_PRODUCED = "What was produced"
_DELIVERED = "What was delivered"
_JUDGED = "The verdict"
_EXITS = {Verdict.HOLDS: None, Verdict.BROKEN: ExitCode.VERIFICATION, Verdict.UNFINISHED: ExitCode.ERROR}


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
            text="A table of processed events: sqlite:PATH?table=T&id=COLUMN or "
            "postgresql://…?table=T&id=COLUMN; repeatable.",
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
) -> int | None:
    """Compare what was produced, by its ledger, with the topic and with what was processed.

    Exit 0: the guarantee holds; 5: it is broken; 1: nothing is wrong, and events are still pending.
    """
    output = output_format(shared, ("text", "json"))
    ledgers = _ledgers(ledger)
    _check(topic, group, isolation, sink, seen)
    plan = AuditPlan(
        topic=check_names([topic])[0] if topic is not None else None,
        group=group,
        delivery=delivery,
        isolation=_isolation(shared, isolation),
    )
    sinks = [*(_table(shared, table_url(url)) for url in sink or ()), *_seen(seen or [])]
    _check_folder(junit)
    with stop_at_once():
        found = run_audit(plan, ledgers, sinks, _cluster(shared, plan), SystemClock())
    _show(shared, found, output)
    if junit is not None:
        _write_junit(junit, found)
    return _EXITS[found.verdict]


# the options


def _ledgers(given: list[str] | None) -> Ledgers:
    if not given:
        raise UsageError(
            "no ledger was named", hint="--ledger FILE, as eventq produce --ledger FILE wrote it"
        )
    return Ledgers(given)


def _check(
    topic: str | None,
    group: str | None,
    isolation: Isolation | None,
    sink: list[str] | None,
    seen: list[str] | None,
) -> None:
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


def _isolation(shared: Shared, given: Isolation | None) -> Isolation:
    """Unlike elsewhere read-committed, if nothing is said: what was aborted was never delivered."""
    said = text_if_given(shared, given and given.value, "isolation")
    try:
        return Isolation(said) if said else Isolation.READ_COMMITTED
    except ValueError as error:
        raise UsageError(f"no such isolation: {said!r}", hint="read-uncommitted or read-committed") from error


def _table(shared: Shared, url: TableUrl) -> SinkSource:
    """One that is there: not to be told so after the topic has been read."""
    hide(url.secrets)
    if url.kind is Kind.SQLITE:
        from eventq.stores.verify.sqlite_table import SqliteTable

        sqlite = SqliteTable(url)
        sqlite.check()
        return sqlite
    require("psycopg", "postgres")
    from eventq.stores.verify.postgresql_table import PostgresqlTable

    postgresql = PostgresqlTable(url, connection(shared).connect_timeout)
    postgresql.check()
    return postgresql


def _seen(paths: list[str]) -> list[SinkSource]:
    from eventq.stores.verify.id_lines import IdLines

    found = [IdLines(path) for path in paths]
    for each in found:
        each.check()
    return list(found)


def _cluster(shared: Shared, plan: AuditPlan) -> Cluster:
    return Cluster(partial(lag_reader, shared), partial(_topic_reader, shared, plan))


def _topic_reader(shared: Shared, plan: AuditPlan) -> AbstractContextManager[TopicReader]:
    to, topic = connection(shared), plan.topic or ""
    if data_client(to) == "librdkafka":
        from eventq.broker.verify.librdkafka import LibrdkafkaTopicReader

        return LibrdkafkaTopicReader(to, topic, plan.isolation)
    from eventq.broker.verify.kafka_python import KafkaPythonTopicReader

    return KafkaPythonTopicReader(to, topic, plan.isolation)


# the result


def _show(shared: Shared, found: Audit, output: str) -> None:
    from eventq.views.verify import audit as view
    from eventq.views.verify import audit_json as documents

    if output == "json":
        write_json(documents.document(found))
    else:
        width = terminal_width()
        write(view.lines(found) if width is None else view.screen(found, width))
    if not found.complete:
        note(shared, "a ledger is not complete: what became of some events is unknown to their producer")
    if found.unchecked:
        note(
            shared, f"{found.unchecked} acknowledged ranges of offsets were too many to look for other events"
        )


def _check_folder(junit: Path | None) -> None:
    if junit is not None and not junit.absolute().parent.is_dir():
        raise UsageError(f"--junit {junit}: there is no folder {junit.parent}", hint="make it before")


def _write_junit(path: Path, found: Audit) -> None:
    from eventq.views.verify.audit_junit import junit_xml

    try:
        path.write_bytes(junit_xml(found))
    except OSError as error:
        raise EventqError(f"--junit {path} can't be written: {error.strerror}") from error


def register(app: typer.Typer) -> None:
    app.command("audit")(audit)
