"""What a produce run looks like: a progress line, the report as text and as JSON."""

from typing import TYPE_CHECKING, Any

from eventq.core import safe_text
from eventq.core.produce.report import ProduceNow, ProduceReport
from eventq.core.quantiles import Histogram
from eventq.core.text import plural
from eventq.views.columns import joined

if TYPE_CHECKING:
    from eventq.core.produce.queue_sample import BoundReport


def progress_line(now: ProduceNow) -> str:
    """One line for a pipe and for a terminal."""
    of = f" of {now.total:,}" if now.total is not None else ""
    target = f" of {number(now.target_rate)}" if now.target_rate is not None else ""
    slip = f", slip {now.slip_ms:,.1f} ms" if now.slip_ms is not None else ""
    return (
        f"{now.seconds:.0f} s: {now.offered:,}{of} offered, {now.acked:,} acked, {now.failed:,} failed, "
        f"{number(now.rate)}{target}/s{slip}, {now.in_flight:,} in flight{_bound_now(now)}"
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
        f"{rate}{target}/s{slip} {_short(now.in_flight)} in flight{_short_bound(now)}"
    )
    return short[: width - 1]


def _bound_now(now: ProduceNow) -> str:
    if now.bound is None:
        return ""
    lag = "?" if now.bound.lag is None else f"{now.bound.lag:,}"
    held = f", held: {now.bound.binds}" if now.bound.binds else ""
    return f", lag {lag} of {now.bound.max_lag:,}{held}"


def _short_bound(now: ProduceNow) -> str:
    if now.bound is None:
        return ""
    lag = "?" if now.bound.lag is None else _short(now.bound.lag)
    return f" lag {lag}/{_short(now.bound.max_lag)}{' held' if now.bound.binds else ''}"


def _short(count: int) -> str:
    if count < 100_000:  # noqa: PLR2004 - what five digits hold
        return str(count)
    return f"{count / 1e6:.1f}M" if count >= 1e6 else f"{count // 1000}k"  # noqa: PLR2004 - a million


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
        f"{deliveries.acked:,} of {plural(offered.total, 'event', ',')} {done} by {report.topic}",
        f"{report.seconds:.1f} s{rate}{target}",
        *_quantile_lines(report),
    ]
    if report.empty_lines:
        lines.append(f"empty lines skipped: {report.empty_lines}")
    losses = {"failed": deliveries.failed, "unknown": deliveries.unknown, "dropped": offered.dropped}
    lines += [f"{name}: {count}" for name, count in losses.items() if count]
    lines += [f"  {reason}: {count}" for reason, count in deliveries.errors.most_common()]
    if report.bound is not None:
        lines += _bound_lines(report.bound)
    lines.append(f"{offered.bytes:,} bytes; run {report.run}; client {report.client}")
    if report.ledger is not None:
        lines.append(
            f"ledger {safe_text.line(report.ledger)}; events say which they are by {_STAMPS[report.stamp]}"
        )
    return joined(lines)


def _bound_lines(found: "BoundReport") -> list[str]:
    bound = found.bound
    seen = "never known" if found.max_lag_seen is None else f"at most {found.max_lag_seen:,}"
    held = f"held for {found.held_seconds:.1f} s"
    limit = f"--max-lag {bound.max_lag:,} ({bound.on_full.value})"
    lines = [f"lag of group {safe_text.name(bound.group)}: {seen}, {limit}; {held}"]
    if bound.max_partition_lag is not None:
        lines.append(
            f"  of one partition at most {found.max_partition_lag_seen or 0:,}, "
            f"--max-lag-per-partition {bound.max_partition_lag:,}"
        )
    lines += [
        f"  {safe_text.line(why)}: {seconds:.1f} s" for why, seconds in found.holds.items() if why != "lag"
    ]
    if found.foreign:
        lines.append(f"  at least {plural(found.foreign, 'event', ',')} came from other producers")
    if found.broken_by is not None:
        lines.append(f"  the bound was broken by {_BROKEN_BY[found.broken_by]}")
    if found.ceiling is not None:
        lines.append(
            f"  the group commits every {found.commit_period:.1f} s: this bound lets at most "
            f"{number(found.ceiling)}/s through"
        )
    return lines


_BROKEN_BY = {
    "start": "a queue that was longer when the run began",
    "foreign": "events of other producers",
    "rewind": "a commit that went back",
    "unknown": "what the samples do not show",
}


def _bound_document(found: "BoundReport") -> dict[str, Any]:
    bound = found.bound
    return {
        "group": bound.group,
        "max_lag": bound.max_lag,
        "on_full": bound.on_full.value,
        "max_lag_seen": found.max_lag_seen,
        "max_lag_per_partition": bound.max_partition_lag,
        "max_partition_lag_seen": found.max_partition_lag_seen,
        "held_seconds": round(found.held_seconds, 3),
        "held_by": {why: round(seconds, 3) for why, seconds in found.holds.items()},
        "foreign": found.foreign,
        "bound_broken_by": found.broken_by,
        "commit_period_seconds": None if found.commit_period is None else round(found.commit_period, 3),
        "ceiling_rate": None if found.ceiling is None else round(found.ceiling, 3),
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
        "offered": offered.total,
        **acked,
        "failed": deliveries.failed,
        "unknown": deliveries.unknown,
        "dropped": offered.dropped,
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
        **({} if report.bound is None else {"bound": _bound_document(report.bound)}),
        **({} if report.empty_lines is None else {"empty_lines": report.empty_lines}),
    }
