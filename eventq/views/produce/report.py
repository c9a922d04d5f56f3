"""What a produce run looks like: a progress line, the report as text and as JSON."""

from collections.abc import Sequence
from typing import Any

from eventq.core import safe_text
from eventq.core.produce.report import ProduceNow, ProduceReport
from eventq.core.produce.stage_report import StageReport
from eventq.core.produce.stages import NANO, LoadStage
from eventq.core.produce.transactions import TransactionEnd
from eventq.core.quantiles import Histogram
from eventq.core.text import duration, plural
from eventq.core.timestamps import rfc3339
from eventq.views.columns import joined
from eventq.views.produce.bound import bound_document, bound_lines, bound_now, short_bound
from eventq.views.produce.figures import number, short


def progress_line(now: ProduceNow) -> str:
    """One line for a pipe and for a terminal."""
    of = f" of {now.total:,}" if now.total is not None else ""
    end = f" of {now.end:,.0f}" if now.end is not None and now.end >= now.seconds else ""
    target = f" of {number(now.target_rate)}" if now.target_rate is not None else ""
    slip = f", slip {now.slip_ms:,.1f} ms" if now.slip_ms is not None else ""
    aborted = f", {now.aborted:,} aborted" if now.aborted else ""
    return (
        f"{now.seconds:.0f}{end} s: {now.offered:,}{of} offered, {now.acked:,} acked, {now.failed:,} failed"
        f"{aborted}, {number(now.rate)}{target}/s{slip}, {now.in_flight:,} in flight{bound_now(now.bound)}"
    )


def live_line(now: ProduceNow, width: int) -> str:
    """The progress line, or a shorter form where a terminal of `width` cells has no room for it."""
    line = progress_line(now)
    if len(line) < width:
        return line
    of = f"/{short(now.total)}" if now.total is not None else ""
    target = f"/{now.target_rate:.4g}" if now.target_rate is not None else ""
    rate = "-" if now.rate is None else f"{now.rate:.4g}"
    slip = f" slip {now.slip_ms:.1f} ms" if now.slip_ms is not None else ""
    shorter = (
        f"{short(now.offered)}{of} offered {short(now.acked)} acked {short(now.failed)} failed "
        f"{rate}{target}/s{slip} {short(now.in_flight)} in flight{short_bound(now.bound)}"
    )
    return shorter[: width - 1]


_ENDS = {
    TransactionEnd.COMMITTED: "committed",
    TransactionEnd.ABORTED: "aborted on purpose",
    TransactionEnd.FAILED: "aborted because of errors",
    TransactionEnd.UNKNOWN: "with an unknown end",
}
_STAMPS = {"id": "their productId", "header": "a header"}


def report_text(report: ProduceReport) -> str:
    """The report for people: what was delivered, how exactly, what went wrong."""
    deliveries, offered = report.deliveries, report.offered
    done = "acknowledged" if report.acknowledged else "sent, none acknowledged (acks 0)"
    rate = "" if report.achieved_rate is None else f": {number(report.achieved_rate)}/s"
    target = "" if report.target_rate is None else f" of {number(report.target_rate)}/s asked for"
    lines = [
        f"{deliveries.acked:,} of {plural(offered.total, 'event', ',')} {done} by {report.topic}",
        f"{report.seconds:.1f} s{rate}{target}",
        *_quantile_lines(report),
        *_stage_lines(report.stages),
    ]
    if report.empty_lines:
        lines.append(f"empty lines skipped: {report.empty_lines}")
    losses = {
        "failed": deliveries.failed,
        "unknown": deliveries.unknown,
        "aborted": deliveries.aborted,
        "dropped": offered.dropped,
    }
    lines += [f"{name}: {count}" for name, count in losses.items() if count]
    lines += [f"  {reason}: {count}" for reason, count in deliveries.errors.most_common()]
    lines += [*_transaction_lines(report), *_fault_lines(report)]
    if report.bound is not None:
        lines += bound_lines(report.bound)
    shard = "" if report.shard is None else f"; shard {report.shard}"
    lines.append(f"{offered.bytes:,} bytes; run {report.run}{shard}; client {report.client}")
    if report.ledger is not None:
        lines.append(
            f"ledger {safe_text.line(report.ledger)}; events say which they are by {_STAMPS[report.stamp]}"
        )
    return joined(lines)


def _transaction_lines(report: ProduceReport) -> list[str]:
    plan = report.transactions
    if plan is None:
        return []
    ends = [f"{report.deliveries.transactions[end]:,} {name}" for end, name in _ENDS.items()]
    told = [text for text, end in zip(ends, _ENDS, strict=True) if report.deliveries.transactions[end]]
    chosen = "" if plan.abort is None else f"; those to abort chosen by seed {report.seed}"
    return [f"transactions of {plural(plan.size, 'event', ',')}: {', '.join(told) or 'none'}{chosen}"]


def _fault_lines(report: ProduceReport) -> list[str]:
    if report.fault_seed is None:
        return []
    done = [f"worker {kill.worker + 1} killed after {kill.offered:,} events" for kill in report.injected]
    return [f"faults: {', '.join(done) or 'the run ended before any happened'}; seed {report.fault_seed}"]


def _transaction_document(report: ProduceReport) -> dict[str, Any] | None:
    plan = report.transactions
    if plan is None:
        return None
    return {
        "size": plan.size,
        "abort": None if plan.abort is None else float(plan.abort),
        "seed": report.seed,
        "transactional_id_prefix": plan.prefix,
        **{end.value: report.deliveries.transactions[end] for end in TransactionEnd},
    }


def _quantile_lines(report: ProduceReport) -> list[str]:
    rows = [("slip", _quantiles(report.offered.slip_ms, ("p50", "p99")))]
    if report.acknowledged:
        rows.append(("acknowledged after", _quantiles(report.deliveries.ack_ms, ("p50", "p99", "p99_9"))))
    return [
        f"{name} p50 {found['p50']:.2f} ms, p99 {found['p99']:.2f} ms, max {found['max']:.2f} ms"
        for name, found in rows
        if found["max"] is not None
    ]


def _stage_lines(stages: Sequence[StageReport]) -> list[str]:
    """None of a load that is one stage: the lines before tell it all."""
    return [_stage_line(stage) for stage in stages] if len(stages) > 1 else []


def _stage_line(report: StageReport) -> str:
    offered, found = report.offered, _quantiles(report.offered.slip_ms, ("p50", "p99"))
    head = f"stage {report.number} ({stage_text(report.stage)}): {plural(offered.count, 'event', ',')}"
    if found["max"] is None:
        return head
    rate = f"{number(offered.achieved_rate)} of {number(offered.target_rate)}/s"
    return f"{head}, {rate}, slip p99 {found['p99']:.2f} ms, max {found['max']:.2f} ms"


def stage_text(stage: LoadStage) -> str:
    """`30 s at 100/s`, `1 min from 0 to 500/s`, `10 s pause`."""
    length = "without end" if stage.duration is None else duration(stage.duration / NANO)
    if stage.first != stage.last:
        return f"{length} from {number(float(stage.first))} to {number(float(stage.last))}/s"
    return f"{length} at {number(float(stage.first))}/s" if stage.first else f"{length} pause"


_SHARES = {"p50": 0.5, "p99": 0.99, "p99_9": 0.999}


def _quantiles(histogram: Histogram, names: tuple[str, ...]) -> dict[str, float | None]:
    found = {name: histogram.quantile(_SHARES[name]) for name in names}
    found["max"] = histogram.max
    return {name: None if value is None else round(value, 3) for name, value in found.items()}


def _distribution(histogram: Histogram, names: tuple[str, ...]) -> dict[str, Any]:
    """With what several reports can be merged by."""
    return {**_quantiles(histogram, names), "histogram": histogram.text}


def document(report: ProduceReport) -> dict[str, Any]:
    """The report as docs/json.md describes it."""
    deliveries, offered = report.deliveries, report.offered
    acked = {"acked": deliveries.acked} if report.acknowledged else {"acked": None, "sent": deliveries.acked}
    ack_ms = _distribution(deliveries.ack_ms, ("p50", "p99", "p99_9"))
    return {
        "topic": report.topic,
        "run": report.run,
        "client": report.client,
        "stamp": report.stamp,
        "ledger": report.ledger,
        "shard": report.shard,
        "started_at": rfc3339(report.epoch),
        "offered": offered.total,
        **acked,
        "failed": deliveries.failed,
        "unknown": deliveries.unknown,
        "aborted": deliveries.aborted,
        "dropped": offered.dropped,
        "transactions": _transaction_document(report),
        "fault_seed": report.fault_seed,
        "injected": [
            {"fault": "kill", "worker": i.worker, "seconds": round(i.seconds, 3), "offered": i.offered}
            for i in report.injected
        ],
        "errors": dict(deliveries.errors),
        "seconds": round(report.seconds, 3),
        "target_rate": report.target_rate,
        "achieved_rate": _rounded(report.achieved_rate),
        **{f"{name}_seconds": _since(report.start, at) for name, at in _moments(report).items()},
        "slip_ms": _distribution(offered.slip_ms, ("p50", "p99")),
        "ack_ms": ack_ms if report.acknowledged else None,
        "bytes": offered.bytes,
        "stages": [_stage(stage, report.start) for stage in report.stages],
        "partitions": [
            {
                "partition": partition,
                "acked": acks.acked,
                "first_offset": acks.first_offset,
                "last_offset": acks.last_offset,
            }
            for partition, acks in sorted(deliveries.partitions.items())
            if report.acknowledged
        ],
        **({} if report.bound is None else {"bound": bound_document(report.bound)}),
        **({} if report.empty_lines is None else {"empty_lines": report.empty_lines}),
    }


def _moments(report: ProduceReport) -> dict[str, float | None]:
    offered = report.offered
    return {
        "first_sent": offered.first_at,
        "last_sent": offered.last_at,
        "last_settled": report.deliveries.last_at,
    }


def _since(start: float, at: float | None) -> float | None:
    return None if at is None else round(at - start, 6)


def _rounded(rate: float | None) -> float | None:
    return None if rate is None else round(rate, 3)


def _stage(report: StageReport, start: float) -> dict[str, Any]:
    offered, stage = report.offered, report.stage
    first = min((span.first_at for span in offered.turns.values()), default=None)
    first_due = min((span.first_due for span in offered.turns.values()), default=None)
    return {
        "stage": report.number,
        "duration_seconds": None if stage.duration is None else stage.duration / NANO,
        "first_rate": float(stage.first),
        "last_rate": float(stage.last),
        "offered": offered.count,
        "target_rate": _rounded(offered.target_rate),
        "achieved_rate": _rounded(offered.achieved_rate),
        "passes": len(offered.turns),
        "first_sent_seconds": _since(start, first),
        "sent_seconds": round(offered.sent_seconds, 6),
        "first_due_seconds": None if first_due is None else round(first_due / NANO, 6),
        "due_seconds": round(offered.due_seconds, 6),
        "slip_ms": _distribution(offered.slip_ms, ("p50", "p99")),
    }
