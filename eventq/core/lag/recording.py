"""A recording of lag read back: the documents of `eventq lag watch -o json`, one a line, as samples again."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from eventq.core.kafka import TopicPartition
from eventq.core.lag.advice import Advice, Helps, Hot, KeyShare
from eventq.core.lag.eta import Eta, EtaState
from eventq.core.lag.reads import MemberDescription
from eventq.core.lag.sample import Sample
from eventq.core.lag.snapshot import GroupLag, PartitionLag, Snapshot, Status
from eventq.core.lag.time_lag import Source, TimeLag
from eventq.core.lag.trend import GroupTrend, Rates, Trend
from eventq.core.lag.verdict import Judgement, Verdict
from eventq.core.timestamps import first_millisecond


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no sample; `cut`: the last one, whose end was never written."""

    number: int
    why: str
    cut: bool = False


def read(lines: Iterable[bytes]) -> Iterator[Sample | BadLine]:
    """Each line with its end; empty ones are passed over."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield sample(orjson.loads(line))
        except orjson.JSONDecodeError as error:
            yield BadLine(number, f"not JSON: {error}", cut=not line.endswith(b"\n"))
        except KeyError as error:
            yield BadLine(number, f"not a sample of eventq lag watch: {error.args[0]!r} is missing")
        except (ValueError, TypeError, AttributeError) as error:
            yield BadLine(number, f"not a sample of eventq lag watch: {error}")


def sample(document: Mapping[str, Any]) -> Sample:
    """The sample of one document; KeyError, ValueError or TypeError when it is none."""
    groups = document["groups"]
    return Sample(
        Snapshot(_seconds(document["at"]), tuple(_group(group) for group in groups)),
        {group["group"]: _group_trend(group) for group in groups},
        {(group["group"], _key(part)): _time_lag(part) for group in groups for part in group["partitions"]},
        document.get("error"),
        {group["group"]: _advice(group["advice"]) for group in groups if group.get("advice") is not None},
    )


def _advice(of: Mapping[str, Any]) -> Advice:
    helps, hot = of["helps"], of["hot"]
    return Advice(
        **{
            **of,
            "useful": tuple(of["useful"]),
            "helps": None if helps is None else Helps(helps),
            "hot": None if hot is None else Hot(**{**hot, "keys": tuple(map(_key_share, hot["keys"]))}),
            "evidence": tuple(of["evidence"]),
        }
    )


def _key_share(of: Mapping[str, Any]) -> KeyShare:
    if "key_base64" in of:
        return KeyShare(b64decode(of["key_base64"]), of["share"])
    return KeyShare(None if of["key"] is None else of["key"].encode(), of["share"])


def _seconds(at: str) -> float:
    return first_millisecond(at) / 1000


def _key(part: Mapping[str, Any]) -> TopicPartition:
    return TopicPartition(part["topic"], part["partition"])


def _group(group: Mapping[str, Any]) -> GroupLag:
    return GroupLag(
        group=group["group"],
        state=group["state"],
        type=group["type"],
        assignor=group["assignor"],
        member_count=group["member_count"],
        partitions=tuple(_partition(part) for part in group["partitions"]),
        warnings=tuple(group["warnings"]),
        error=group["error"],
    )


def _partition(part: Mapping[str, Any]) -> PartitionLag:
    member = part["member"]
    return PartitionLag(
        *_key(part),
        status=Status(part["status"]),
        log_start=part["log_start"],
        committed=part["committed"],
        end=part["end"],
        high_watermark=part.get("high_watermark"),
        lag=part["lag"],
        lost=part["lost"],
        member=None
        if member is None
        else MemberDescription(member["member_id"], member["client_id"], member["host"]),
        error=part["error"],
    )


def _group_trend(group: Mapping[str, Any]) -> GroupTrend:
    hottest = group["hottest"]
    topic, _, partition = (hottest or "").rpartition(":")
    return GroupTrend(
        _trend(group),
        group["skew"],
        TopicPartition(topic, int(partition)) if hottest else None,
        partitions={_key(part): _trend(part) for part in group["partitions"]},
    )


def _trend(of: Mapping[str, Any]) -> Trend:
    verdict = of["verdict"]
    return Trend(
        Rates(of["arrival_rate"], of["consume_rate"], of["lag_slope"]),
        Eta(EtaState(of["eta_state"]), of["eta_seconds"]),
        Judgement(None if verdict is None else Verdict(verdict), of["evidence"]),
    )


def _time_lag(part: Mapping[str, Any]) -> TimeLag:
    source = part["time_lag_source"]
    found = part["time_lag_seconds"]
    return TimeLag(found, None if source is None else Source(source), part["time_lag_note"])
