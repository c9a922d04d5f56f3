"""A produce report from its JSON, as far as the JSON tells: times are in seconds since 1970."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from eventq.core.produce.report import Deliveries, Offered, PartitionAcks, ProduceReport
from eventq.core.produce.shard import shard_parts
from eventq.core.produce.stage_report import SendSpan, StageOffered, StageReport
from eventq.core.produce.stages import NANO, LoadStage
from eventq.core.produce.transactions import TransactionEnd, TransactionPlan
from eventq.core.produce.worker_fault import InjectedKill
from eventq.core.quantiles import Histogram
from eventq.core.timestamps import first_millisecond

_MOST_PASSES = 10_000_000


def read_report(document: Mapping[str, Any]) -> ProduceReport:
    """LookupError, TypeError, ValueError or AttributeError for what is no such report."""
    start = first_millisecond(document["started_at"]) / 1000
    acknowledged = document["acked"] is not None
    return ProduceReport(
        topic=str(document["topic"]),
        run=str(document["run"]),
        client=str(document["client"]),
        acknowledged=acknowledged,
        start=start,
        seconds=float(document["seconds"]),
        target_rate=_number(document["target_rate"]),
        offered=_offered(document, start),
        deliveries=_deliveries(document, start, acknowledged),
        empty_lines=document.get("empty_lines"),
        stamp=str(document["stamp"]),
        ledger=document["ledger"],
        epoch=start,
        stages=tuple(_stage(stage, start) for stage in document["stages"]),
        shard=_shard(document["shard"]),
        transactions=_transactions(document["transactions"]),
        seed=int((document["transactions"] or {"seed": 0})["seed"]),
        injected=tuple(
            InjectedKill(int(each["worker"]), float(each["seconds"]), int(each["offered"]))
            for each in document["injected"]
        ),
        fault_seed=document["fault_seed"],
    )


def _shard(text: Any) -> str | None:
    if text is None:
        return None
    shard_parts(text)
    return str(text)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _at(start: float, seconds: Any) -> float | None:
    return None if seconds is None else start + float(seconds)


def _histogram(found: Mapping[str, Any]) -> Histogram:
    return Histogram.read(found["histogram"], _number(found["max"]))


def _offered(document: Mapping[str, Any], start: float) -> Offered:
    return Offered(
        count=int(document["offered"]),
        bytes=int(document["bytes"]),
        dropped=int(document["dropped"]),
        first_at=_at(start, document["first_sent_seconds"]),
        last_at=_at(start, document["last_sent_seconds"]),
        slip_ms=_histogram(document["slip_ms"]),
    )


def _deliveries(document: Mapping[str, Any], start: float, acknowledged: bool) -> Deliveries:
    return Deliveries(
        acked=int(document["acked"] if acknowledged else document["sent"]),
        failed=int(document["failed"]),
        unknown=int(document["unknown"]),
        aborted=int(document["aborted"]),
        errors=Counter({str(reason): int(count) for reason, count in document["errors"].items()}),
        partitions={
            int(each["partition"]): PartitionAcks(
                int(each["acked"]), int(each["first_offset"]), int(each["last_offset"])
            )
            for each in document["partitions"]
        },
        ack_ms=_histogram(document["ack_ms"]) if acknowledged else Histogram(),
        last_at=_at(start, document["last_settled_seconds"]),
        transactions=_ends(document["transactions"]),
    )


def _transactions(document: Mapping[str, Any] | None) -> TransactionPlan | None:
    """Without its timeout, which is in no report."""
    if document is None:
        return None
    abort = document["abort"]
    return TransactionPlan(
        size=int(document["size"]),
        prefix=str(document["transactional_id_prefix"]),
        timeout=0.0,
        abort=None if abort is None else Fraction(float(abort)),
    )


def _ends(document: Mapping[str, Any] | None) -> Counter[TransactionEnd]:
    ends = {} if document is None else {end: int(document[end.value]) for end in TransactionEnd}
    return Counter({end: count for end, count in ends.items() if count})


def _stage(document: Mapping[str, Any], start: float) -> StageReport:
    length = document["duration_seconds"]
    stage = LoadStage(
        None if length is None else round(float(length) * NANO),
        Fraction(float(document["first_rate"])),
        Fraction(float(document["last_rate"])),
    )
    offered = StageOffered(_turns(document, start), _histogram(document["slip_ms"]))
    return StageReport(int(document["stage"]), stage, offered)


def _turns(document: Mapping[str, Any], start: float) -> dict[int, SendSpan]:
    """Of several passes only the sum is known: they are taken as equally long, and one after the other."""
    passes, count = int(document["passes"]), int(document["offered"])
    if not passes:
        return {}
    if not 0 < passes <= min(count, _MOST_PASSES):
        raise ValueError(f"{passes} passes")
    sent, due = float(document["sent_seconds"]) / passes, float(document["due_seconds"]) / passes
    first_at = start + float(document["first_sent_seconds"])
    first_due = float(document["first_due_seconds"])
    return {
        turn: SendSpan(
            count=count * (turn + 1) // passes - count * turn // passes,
            first_at=first_at + turn * sent,
            last_at=first_at + (turn + 1) * sent,
            first_due=round((first_due + turn * due) * NANO),
            last_due=round((first_due + (turn + 1) * due) * NANO),
        )
        for turn in range(passes)
    }
