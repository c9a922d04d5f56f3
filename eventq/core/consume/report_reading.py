"""A consume report from its JSON, as far as the JSON tells."""

from collections.abc import Mapping
from typing import Any

from eventq.core.consume.on_malformed import parse_on_malformed
from eventq.core.consume.report import (
    ConsumeReport,
    Injected,
    MalformedRecord,
    MemberReport,
    Reset,
    Tally,
)
from eventq.core.quantiles import Histogram
from eventq.core.timestamps import first_millisecond


def read_report(document: Mapping[str, Any]) -> ConsumeReport:
    """LookupError, TypeError, ValueError or AttributeError for what is no such report; UsageError for a rule
    that there is not.
    """
    at_risk, sink, seed = document["at_risk"], document["sink"], document["fault_seed"]
    return ConsumeReport(
        topic=str(document["topic"]),
        group=str(document["group"]),
        client=str(document["client"]),
        seconds=float(document["seconds"]),
        tally=_tally(document, 0 if at_risk is None else int(at_risk)),
        skipped_at_start=int(document["skipped_at_start"]),
        resets=_resets(document),
        rebalances=int(document["rebalances"]),
        members=tuple(_member(member) for member in document["members"]),
        committed={int(each["partition"]): int(each["offset"]) for each in document["committed"]},
        malformed=tuple(
            MalformedRecord(int(each["partition"]), int(each["offset"]), str(each["reason"]))
            for each in document["malformed_first"]
        ),
        delivery=str(document["delivery"]),
        sink=None if sink is None else str(sink),
        on_malformed=parse_on_malformed(str(document["on_malformed"])),
        injected=tuple(
            Injected(str(each["fault"]), int(each["member"]), float(each["seconds"]), int(each["processed"]))
            for each in document["injected"]
        ),
        fault_seed=None if seed is None else int(seed),
    )


def _tally(document: Mapping[str, Any], at_risk: int = 0) -> Tally:
    latency = document["latency_ms"]
    return Tally(
        received=int(document["received"]),
        processed=int(document["processed"]),
        malformed=int(document["malformed"]),
        at_risk=at_risk,
        first_at=_seconds(document["first_at"]),
        last_at=_seconds(document["last_at"]),
        latency=Histogram.read(latency["histogram"], latency["max"]),
    )


def _seconds(at: str | None) -> float | None:
    return None if at is None else first_millisecond(at) / 1000


def _resets(document: Mapping[str, Any]) -> tuple[Reset, ...]:
    return tuple(
        Reset(int(each["partition"]), int(each["from"]), int(each["to"]), int(each["lost"]))
        for each in document["resets"]
    )


def _member(document: Mapping[str, Any]) -> MemberReport:
    return MemberReport(
        number=int(document["member"]),
        pid=document["pid"],
        partitions=tuple(int(partition) for partition in document["partitions"]),
        restarts=int(document["restarts"]),
        exit=document["exit"],
        tally=_tally(document),
        rebalances=int(document["rebalances"]),
        resets=_resets(document),
        skipped_at_start=int(document["skipped_at_start"]),
    )
