"""Carries out `eventq audit`: what is compared, and how the result is shown."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from eventq.commands.extras import require
from eventq.commands.lag.options import lag_reader
from eventq.commands.options import Shared
from eventq.commands.output import note, terminal_width, write, write_json
from eventq.commands.settings.connect import connection, data_client
from eventq.commands.signals import stop_at_once
from eventq.commands.whole_file import write_file
from eventq.core.errors import ExitCode
from eventq.core.kafka import Isolation
from eventq.core.sink_url import EffectsUrl, Kind, TableUrl, TopicUrl
from eventq.core.verify.audit import Audit
from eventq.core.verify.names import AuditVerdict
from eventq.loops.clock import SystemClock
from eventq.loops.verify.audit import KafkaAccess, audit
from eventq.loops.verify.copied_topic import CopiedTopic
from eventq.loops.verify.judge import AuditPlan, SinkSource
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.topic_log import TopicReader

if TYPE_CHECKING:
    from eventq.stores.verify.effects import EffectRows
    from eventq.stores.verify.postgresql_effects import PostgresqlEffectRows
    from eventq.stores.verify.postgresql_table import PostgresqlTable
    from eventq.stores.verify.sqlite_table import SqliteTable

_EXITS = {
    AuditVerdict.HOLDS: ExitCode.DONE,
    AuditVerdict.BROKEN: ExitCode.VERIFICATION,
    AuditVerdict.UNFINISHED: ExitCode.ERROR,
}


def run_audit(
    shared: Shared,
    plan: AuditPlan,
    ledgers: Sequence[str],
    tables: Sequence[TableUrl | EffectsUrl | TopicUrl],
    seen: Sequence[str],
    output: str,
    junit: Path | None,
) -> int:
    """The exit code, after the result is shown."""
    sinks = [*(_sink(shared, plan, url) for url in tables), *_seen(seen)]
    with stop_at_once():
        found = audit(plan, Ledgers(ledgers), sinks, cluster_access(shared, plan), SystemClock())
    _show(shared, found, output)
    if junit is not None:
        _write_junit(junit, found)
    return int(_EXITS[found.verdict])


def _sink(shared: Shared, plan: AuditPlan, url: TableUrl | EffectsUrl | TopicUrl) -> SinkSource:
    """One that is there: not to be told so after the topic has been read."""
    if isinstance(url, TopicUrl):
        topic = copied_topic(shared, url.topic)
        topic.check()
        return topic
    if url.kind is Kind.POSTGRESQL:
        require("psycopg", "postgres")
    found = _table(shared, url) if isinstance(url, TableUrl) else effect_rows(shared, plan.group, url)
    found.check()
    return found


def copied_topic(shared: Shared, topic: str) -> CopiedTopic:
    """As those see it who read committed."""
    return CopiedTopic(topic, _access(shared, topic, Isolation.READ_COMMITTED), SystemClock())


def effect_rows(shared: Shared, group: str | None, url: EffectsUrl) -> "EffectRows | PostgresqlEffectRows":
    """Of one group, or of all."""
    if url.kind is Kind.SQLITE:
        from eventq.stores.verify.effects import EffectRows

        return EffectRows(url.target, group)
    from eventq.stores.verify.postgresql_effects import PostgresqlEffectRows

    return PostgresqlEffectRows(url, group, connection(shared).connect_timeout)


def _table(shared: Shared, url: TableUrl) -> "SqliteTable | PostgresqlTable":
    if url.kind is Kind.SQLITE:
        from eventq.stores.verify.sqlite_table import SqliteTable

        return SqliteTable(url)
    from eventq.stores.verify.postgresql_table import PostgresqlTable

    return PostgresqlTable(url, connection(shared).connect_timeout)


def _seen(paths: Sequence[str]) -> list[SinkSource]:
    from eventq.stores.verify.id_lines import IdLines

    found = [IdLines(path) for path in paths]
    for each in found:
        each.check()
    return list(found)


def cluster_access(shared: Shared, plan: AuditPlan) -> KafkaAccess:
    return _access(shared, plan.topic or "", plan.isolation)


def _access(shared: Shared, topic: str, isolation: Isolation) -> KafkaAccess:
    return KafkaAccess(partial(lag_reader, shared), partial(_topic_reader, shared, topic, isolation))


def _topic_reader(shared: Shared, topic: str, isolation: Isolation) -> AbstractContextManager[TopicReader]:
    to = connection(shared)
    if data_client(to) == "librdkafka":
        from eventq.broker.verify.librdkafka import LibrdkafkaTopicReader

        return LibrdkafkaTopicReader(to, topic, isolation)
    from eventq.broker.verify.kafka_python import KafkaPythonTopicReader

    return KafkaPythonTopicReader(to, topic, isolation)


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


def _write_junit(path: Path, found: Audit) -> None:
    from eventq.views.verify.audit_junit import junit_xml

    write_file(path, junit_xml(found))
