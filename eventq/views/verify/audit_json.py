"""What an audit found, as a document; see docs/json.md."""

from typing import Any

from eventq.core.verify.audit import Audit, RunResult
from eventq.core.verify.findings import Example
from eventq.core.verify.log_pass import PartitionCount, PartitionLog
from eventq.core.verify.names import COUNTED_ONLY, Name


def document(found: Audit) -> dict[str, Any]:
    runs = found.runs
    return {
        "delivery": found.delivery.value,
        "verdict": found.verdict.value,
        "complete": found.complete,
        "topic": found.topic,
        "group": found.group,
        "acked": sum(run.acked for run in runs),
        "failed": sum(run.failed for run in runs),
        "unknown": sum(run.unknown for run in runs),
        "aborted": sum(run.aborted for run in runs),
        "dropped": sum(run.dropped for run in runs),
        "processed": sum(run.processed or 0 for run in runs) if found.sources.sink else None,
        "unexpected": found.count(Name.PHANTOM),
        "unacknowledged": found.count(Name.UNKNOWN_PRESENT),
        **{_key(name): found.count(name) for name in Name},
        "allowed": {_key(name): found.allowed(name) for name in Name if name not in COUNTED_ONLY},
        "blame": {_key(name): found.blame(name) for name in found.broken},
        "runs": [_run(found, run) for run in runs],
        "partitions": [_partition(found, log, count) for log, count in found.partitions],
        "sinks": [
            {
                "sink": sink.sink,
                "rows": sink.rows,
                "dead_letters": sink.dead_letters,
                "foreign": sink.foreign,
                "unstamped": sink.unstamped,
            }
            for sink in found.sinks
        ],
        "examples": [_example(found, example) for name in Name for example in found.examples.get(name, ())],
    }


def _key(name: Name) -> str:
    return name.value.replace("-", "_")


def _run(found: Audit, run: RunResult) -> dict[str, Any]:
    return {
        "run": run.run,
        "ledger": run.file,
        "topic": run.topic,
        "workers": run.workers,
        "acks": run.acks,
        "idempotent": run.idempotent,
        "complete": run.complete,
        "acked": run.acked,
        "failed": run.failed,
        "unknown": run.unknown,
        "aborted": run.aborted,
        "dropped": run.dropped,
        "processed": run.processed,
        **{
            _key(name): run.names.get(name, 0) if found.checked(name) else None
            for name in Name
            if name not in {Name.FOREIGN, Name.UNSTAMPED}
        },
    }


def _partition(found: Audit, log: PartitionLog, count: PartitionCount) -> dict[str, Any]:
    return {
        "topic": found.topic,
        "partition": log.partition,
        "log_start": log.log_start,
        "end": log.end,
        "committed": log.committed,
        "records": count.records,
        "foreign": count.foreign,
        "unstamped": count.unstamped,
    }


def _example(found: Audit, example: Example) -> dict[str, Any]:
    topic = next((run.topic for run in found.runs if run.run == example.run), None)
    return {
        "name": example.name.value,
        "topic": topic,
        "partition": example.partition,
        "offset": example.offset,
        "sink": example.sink,
        "run": example.run,
        "worker": example.worker,
        "sequence": example.sequence,
    }
