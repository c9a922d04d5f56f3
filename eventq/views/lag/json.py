"""A sample of lag as JSON; docs/json.md has its shape."""

from typing import Any

from eventq.core.lag.reads import MemberDescription
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag
from eventq.core.lag.time_lag import TimeLag
from eventq.core.lag.trend import Trend
from eventq.core.timestamps import rfc3339
from eventq.views.lag.advice import fields


def document(sample: Sample) -> dict[str, Any]:
    snapshot = sample.snapshot
    groups = [_group(sample, group) for group in snapshot.groups]
    return {"at": rfc3339(snapshot.at), "groups": groups, "errors": list(snapshot.errors)}


def stream_document(sample: Sample) -> dict[str, Any]:
    found = document(sample)
    for group in found["groups"]:
        advice = sample.advice.get(group["group"])
        group["advice"] = None if advice is None else fields(advice)
    return {**found, "stale": sample.stale, "error": sample.error}


def _group(sample: Sample, group: GroupLag) -> dict[str, Any]:
    trend = sample.trend(group)
    return {
        "group": group.group,
        "state": group.state,
        "type": group.type,
        "assignor": group.assignor,
        "member_count": group.member_count,
        "lag": group.lag,
        "max_lag": group.max_lag,
        "lag_assumed": group.lag_assumed,
        "lost": group.lost,
        **_trend(trend.total),
        **_time_lag(sample.group_time_lag(group)),
        "skew": _rounded(trend.skew),
        "hottest": f"{trend.hottest.topic}:{trend.hottest.partition}" if trend.hottest else None,
        "warnings": list(group.warnings),
        "error": group.error,
        "partitions": [
            _partition(part, trend.of(part), sample.time_lag(group, part)) for part in group.partitions
        ],
    }


def _partition(part: PartitionLag, trend: Trend, time_lag: TimeLag) -> dict[str, Any]:
    stable = {} if part.high_watermark is None else {"high_watermark": part.high_watermark}
    return {
        "topic": part.topic,
        "partition": part.partition,
        "log_start": part.log_start,
        "committed": part.committed,
        "end": part.end,
        **stable,
        "retained": part.retained,
        "lag": part.lag,
        "lost": part.lost,
        "status": part.status,
        **_trend(trend),
        **_time_lag(time_lag),
        "time_lag_note": time_lag.note,
        "member": _member(part.member),
        "error": part.error,
    }


def _trend(trend: Trend) -> dict[str, Any]:
    return {
        "arrival_rate": _rounded(trend.rates.arrival),
        "consume_rate": _rounded(trend.rates.consume),
        "lag_slope": _rounded(trend.rates.lag_slope),
        "eta_seconds": _rounded(trend.eta.seconds),
        "eta_state": trend.eta.state,
        "verdict": trend.judgement.verdict,
        "evidence": trend.judgement.evidence,
    }


def _time_lag(found: TimeLag) -> dict[str, Any]:
    return {"time_lag_seconds": _rounded(found.seconds), "time_lag_source": found.source}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3) + 0.0  # never -0.0


def _member(member: MemberDescription | None) -> dict[str, str] | None:
    if member is None:
        return None
    return {"member_id": member.member_id, "client_id": member.client_id, "host": member.host}
