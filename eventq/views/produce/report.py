"""What a produce run looks like: a progress line, the report as text and as JSON."""

from typing import Any

from eventq.core import safe_text
from eventq.core.produce.report import ProduceNow, ProduceReport
from eventq.core.produce.transactions import TransactionEnd
from eventq.core.quantiles import Histogram
from eventq.core.text import plural
from eventq.views.columns import joined


def progress_line(now: ProduceNow) -> str:
    """One line for a pipe and for a terminal."""
    of = f" of {now.total:,}" if now.total is not None else ""
    target = f" of {number(now.target_rate)}" if now.target_rate is not None else ""
    slip = f", slip {now.slip_ms:,.1f} ms" if now.slip_ms is not None else ""
    aborted = f", {now.aborted:,} aborted" if now.aborted else ""
    return (
        f"{now.seconds:.0f} s: {now.offered:,}{of} offered, {now.acked:,} acked, {now.failed:,} failed"
        f"{aborted}, {number(now.rate)}{target}/s{slip}, {now.in_flight:,} in flight"
    )


def live_line(now: ProduceNow, width: int) -> str:
    """The progress line, or a shorter form where a terminal of `width` cells has no room for it."""
    line = progress_line(now)
    if len(line) < width:
        return line
    of = f"/{_short(now.total)}" if now.total is not None else ""
    target = f"/{now.target_rate:.4g}" if now.target_rate is not None else ""
    rate = "-" if now.rate is None else f"{now.rate:.4g}"
    slip = f" slip {now.slip_ms:.1f} ms" if now.slip_ms is not None else ""
    short = (
        f"{_short(now.offered)}{of} offered {_short(now.acked)} acked {_short(now.failed)} failed "
        f"{rate}{target}/s{slip} {_short(now.in_flight)} in flight"
    )
    return short[: width - 1]


def _short(count: int) -> str:
    if count < 100_000:  # noqa: PLR2004 - what five digits hold
        return str(count)
    return f"{count / 1e6:.1f}M" if count >= 1e6 else f"{count // 1000}k"  # noqa: PLR2004 - a million


_ENDS = {
    TransactionEnd.COMMITTED: "committed",
    TransactionEnd.ABORTED: "aborted on purpose",
    TransactionEnd.FAILED: "aborted because of errors",
    TransactionEnd.UNKNOWN: "with an unknown end",
}
_STAMPS = {"id": "their productId", "header": "a header"}


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 1000 else f"{value:,.4g}"  # noqa: PLR2004


def report_text(report: ProduceReport) -> str:
    """The report for people: what was delivered, how exactly, what went wrong."""
    deliveries, offered = report.deliveries, report.offered
    done = "acknowledged" if report.acknowledged else "sent, none acknowledged (acks 0)"
    rate = "" if report.achieved_rate is None else f": {number(report.achieved_rate)}/s"
    target = "" if report.target_rate is None else f" of {number(report.target_rate)}/s asked for"
    lines = [
        f"{deliveries.acked:,} of {plural(offered.count, 'event', ',')} {done} by {report.topic}",
        f"{report.seconds:.1f} s{rate}{target}",
        *_quantile_lines(report),
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
    lines.append(f"{offered.bytes:,} bytes; run {report.run}; client {report.client}")
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


_SHARES = {"p50": 0.5, "p99": 0.99, "p99_9": 0.999}


def _quantiles(histogram: Histogram, names: tuple[str, ...]) -> dict[str, float | None]:
    found = {name: histogram.quantile(_SHARES[name]) for name in names}
    found["max"] = histogram.max
    return {name: None if value is None else round(value, 3) for name, value in found.items()}


def document(report: ProduceReport) -> dict[str, Any]:
    """The report as docs/json.md describes it."""
    deliveries, offered = report.deliveries, report.offered
    acked = {"acked": deliveries.acked} if report.acknowledged else {"acked": None, "sent": deliveries.acked}
    ack_ms = _quantiles(deliveries.ack_ms, ("p50", "p99", "p99_9"))
    return {
        "topic": report.topic,
        "run": report.run,
        "client": report.client,
        "stamp": report.stamp,
        "ledger": report.ledger,
        "offered": offered.count,
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
        "achieved_rate": None if report.achieved_rate is None else round(report.achieved_rate, 3),
        "slip_ms": _quantiles(offered.slip_ms, ("p50", "p99")),
        "ack_ms": ack_ms if report.acknowledged else None,
        "bytes": offered.bytes,
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
        **({} if report.empty_lines is None else {"empty_lines": report.empty_lines}),
    }
