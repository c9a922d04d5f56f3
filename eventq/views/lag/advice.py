"""An advice as text for a person, and as JSON."""

import base64
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from eventq.core import safe_text
from eventq.core.lag.advice import Advice, Hot, KeyShare, RetentionClock
from eventq.core.lag.measure import GroupMeasurement
from eventq.core.lag.snapshot import GroupLag, Snapshot
from eventq.core.timestamps import rfc3339

_WIDTH = 80


def text(advice: Advice, group: GroupLag) -> str:
    """The answer, then what it rests on, in 80 columns."""
    answer, *evidence = advice.evidence
    found = wrap(safe_text.line(f"{safe_text.name(group.group)}: {answer}"), _WIDTH)
    for sentence in evidence:
        found += wrap(safe_text.line(sentence), _WIDTH, initial_indent="- ", subsequent_indent="  ")
    return "".join(f"{line}\n" for line in found)


def document(
    snapshot: Snapshot, measured: GroupMeasurement, advice: Advice, clocks: Sequence[RetentionClock]
) -> dict[str, Any]:
    group = measured.group
    kept = {clock.key: clock.seconds for clock in clocks}
    return {
        "at": rfc3339(snapshot.at),
        "group": group.group,
        "window_seconds": _rounded(measured.seconds),
        "assignor": group.assignor,
        "member_count": group.member_count,
        "lag": group.lag,
        **fields(advice),
        "partitions": [
            {
                "topic": part.key.topic,
                "partition": part.key.partition,
                "arrival": _rounded(part.arrival),
                "lag": part.lag,
                "data_dies_not_before_seconds": _rounded(kept.get(part.key)),
            }
            for part in measured.partitions
        ],
        "errors": list(snapshot.errors),
    }


def fields(advice: Advice) -> dict[str, Any]:
    """What is the same in the document of `lag advise` and in a sample of `lag watch`."""
    return {
        "capacity": _rounded(advice.capacity),
        "capacity_at_least": _rounded(advice.capacity_at_least),
        "arrival": _rounded(advice.arrival),
        "keep_up": advice.keep_up,
        "drain": advice.drain,
        "useful": list(advice.useful),
        "helps": advice.helps,
        "hot": None if advice.hot is None else _hot(advice.hot),
        "speed_up_needed": _rounded(advice.speed_up_needed),
        "data_dies_not_before_seconds": _rounded(advice.data_dies_not_before_seconds),
        "floor": advice.floor,
        "evidence": list(advice.evidence),
    }


def _hot(hot: Hot) -> dict[str, Any]:
    keys = [_key(one) for one in hot.keys]
    return {"topic": hot.topic, "partition": hot.partition, "share": _rounded(hot.share), "keys": keys}


def _key(one: KeyShare) -> dict[str, Any]:
    """Bytes that are not UTF-8 as base64."""
    share = {"share": _rounded(one.share)}
    if one.key is None:
        return {"key": None, **share}
    try:
        return {"key": one.key.decode(), **share}
    except UnicodeDecodeError:
        return {"key_base64": base64.b64encode(one.key).decode(), **share}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3) + 0.0
