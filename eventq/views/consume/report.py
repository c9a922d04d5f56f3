"""What a consume run says: progress lines, the report as text and as JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from eventq.core import safe_text
from eventq.core.consume.on_malformed import OnMalformed
from eventq.core.consume.report import ConsumeReport, GroupNow, MemberReport, Tally
from eventq.core.text import plural
from eventq.core.timestamps import rfc3339
from eventq.views.columns import joined


def progress_line(now: GroupNow) -> str:
    """One line for a pipe."""
    members = sum(1 for member in now.members if member.partitions)
    malformed = f", {now.malformed} malformed" if now.malformed else ""
    return (
        f"{now.seconds:.0f} s: {now.processed} processed{malformed}, {rate(now.rate)}/s, "
        f"queue depth {'?' if now.lag is None else now.lag}, "
        f"{members} of {len(now.members)} members have partitions"
    )


def rate(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"  # noqa: PLR2004


def ranges(numbers: tuple[int, ...]) -> str:
    """`0-3, 7` for 0, 1, 2, 3, 7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs) or "none"


def report_text(report: ConsumeReport) -> str:
    """The report for people: what was consumed, by whom, how late, what went wrong."""
    tally = report.tally
    latency = _latency(tally)
    count, group = plural(tally.processed, "event", ","), safe_text.name(report.group)
    lines = [
        f"{count} of {report.topic} processed by group {group} "
        f"in {report.seconds:.1f} s" + (f" ({rate(tally.rate)}/s)" if tally.rate is not None else ""),
    ]
    if latency["max"] is not None:
        lines.append(
            f"latency p50 {latency['p50']:.0f} ms, p99 {latency['p99']:.0f} ms, max {latency['max']:.0f} ms"
        )
    lines += [_member_line(member) for member in report.members]
    if _restarts(report):
        lines.append("  what a member did between its last word and its death is not counted")
    if tally.malformed:
        lines.append(f"malformed: {tally.malformed}{_kept(report.on_malformed)}")
    lines += [
        f"reset: partition {r.partition} from {r.from_offset} to {r.to_offset}, {r.lost} lost"
        for r in report.resets
    ]
    ends = ", ".join(f"{p}: {offset}" for p, offset in sorted(report.committed.items()))
    lines.append(
        f"committed: {ends or 'nothing'}; {plural(report.rebalances, 'rebalance')}; client {report.client}"
    )
    lines += [*_delivery_line(report), *_fault_lines(report)]
    return joined(lines)


def _kept(asked: OnMalformed) -> str:
    """Where dead letters went: all that is malformed is one, or nothing is."""
    if not asked.keeps:
        return ""
    return f", dead letters in {'the sink' if asked.topic is None else f'topic {asked.topic}'}"


def _delivery_line(report: ConsumeReport) -> list[str]:
    """Nothing for what every run promises."""
    to = "" if report.sink is None else f" into {safe_text.line(report.sink)}"
    if report.delivery == "at-most-once":
        return [f"at-most-once{to}: a crash can lose up to {report.tally.at_risk:,} events of a member"]
    return [f"{report.delivery}{to}{_aborted(report)}"] if to else []


def _aborted(report: ConsumeReport) -> str:
    count = sum(member.aborted_transactions for member in report.members)
    if not report.transactional or not count:
        return ""
    events = plural(sum(member.aborted_events for member in report.members), "event", ",")
    return f": {plural(count, 'transaction')} aborted, {events} of them processed again"


def _fault_lines(report: ConsumeReport) -> list[str]:
    if report.fault_seed is None:
        return []
    counts = Counter(injected.what for injected in report.injected)
    restarts = _restarts(report)
    said = [_often(counts[what], what) for what in sorted(counts)]
    said += [plural(restarts, "restart")] if restarts else []
    return [f"faults: {', '.join(said) or 'the run ended before any happened'}; seed {report.fault_seed}"]


def _often(count: int, what: str) -> str:
    """`2 kills`, `3 at crash-point:mid-batch`"""
    return f"{count} at {what}" if ":" in what else plural(count, what)


def _restarts(report: ConsumeReport) -> int:
    return sum(member.restarts for member in report.members)


def _member_line(member: MemberReport) -> str:
    restarts = f", {plural(member.restarts, 'restart')}" if member.restarts else ""
    ended = f", exit {member.exit}" if member.exit else ""
    if member.pid is None:
        return f"  member {member.number}: not started"
    return (
        f"  member {member.number} (pid {member.pid}): {member.tally.processed:,} processed, "
        f"partitions {ranges(member.partitions)}{restarts}{ended}"
    )


def document(report: ConsumeReport) -> dict[str, Any]:
    """The report as docs/json.md describes it."""
    return {
        "topic": report.topic,
        "group": report.group,
        "client": report.client,
        "delivery": report.delivery,
        "sink": report.sink,
        "on_malformed": report.on_malformed.text,
        "fault_seed": report.fault_seed,
        "injected": [
            {"fault": i.what, "member": i.member, "seconds": round(i.seconds, 3), "processed": i.processed}
            for i in report.injected
        ],
        "at_risk": report.tally.at_risk if report.delivery == "at-most-once" else None,
        "aborted": _aborted_counts(report.members) if report.transactional else None,
        **_counts(report.tally, report.on_malformed),
        "seconds": round(report.seconds, 3),
        "skipped_at_start": report.skipped_at_start,
        "resets": _resets(report),
        "rebalances": report.rebalances,
        "malformed_first": [
            {"topic": report.topic, "partition": m.partition, "offset": m.offset, "reason": m.reason}
            for m in report.malformed
        ],
        "members": [_member(member, report.on_malformed) for member in report.members],
        "committed": [
            {"topic": report.topic, "partition": p, "offset": offset}
            for p, offset in sorted(report.committed.items())
        ],
    }


def _aborted_counts(members: Sequence[MemberReport]) -> dict[str, int]:
    return {
        "transactions": sum(member.aborted_transactions for member in members),
        "events": sum(member.aborted_events for member in members),
    }


def _counts(tally: Tally, asked: OnMalformed) -> dict[str, Any]:
    return {
        "received": tally.received,
        "processed": tally.processed,
        "malformed": tally.malformed,
        "dead_letters": tally.malformed if asked.keeps else 0,
        "rate": None if tally.rate is None else round(tally.rate, 3),
        "latency_ms": {**_latency(tally), "histogram": tally.latency.text},
        "first_at": _time(tally.first_at),
        "last_at": _time(tally.last_at),
    }


def _time(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


def _latency(tally: Tally) -> dict[str, float | None]:
    shares = {"p50": 0.5, "p99": 0.99, "p99_9": 0.999}
    found = {name: tally.latency.quantile(share) for name, share in shares.items()}
    return {
        name: None if v is None else round(v, 3) for name, v in {**found, "max": tally.latency.max}.items()
    }


def _resets(report: ConsumeReport | MemberReport) -> list[dict[str, int]]:
    return [
        {"partition": r.partition, "from": r.from_offset, "to": r.to_offset, "lost": r.lost}
        for r in report.resets
    ]


def _member(member: MemberReport, asked: OnMalformed) -> dict[str, Any]:
    tally = member.tally
    seconds = (
        None if tally.first_at is None or tally.last_at is None else round(tally.last_at - tally.first_at, 3)
    )
    return {
        "member": member.number,
        "pid": member.pid,
        "partitions": list(member.partitions),
        "restarts": member.restarts,
        "exit": member.exit,
        **_counts(tally, asked),
        "seconds": seconds,
        "skipped_at_start": member.skipped_at_start,
        "resets": _resets(member),
        "rebalances": member.rebalances,
    }
