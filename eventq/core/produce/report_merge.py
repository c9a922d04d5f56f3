"""Several produce reports as the one that a single run would have had."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from eventq.core.errors import UsageError
from eventq.core.produce.report import Deliveries, Offered, ProduceReport
from eventq.core.produce.shard import shard_parts
from eventq.core.produce.stage_report import StageOffered, StageReport
from eventq.core.produce.stages import NANO

_HINT = "merge the reports of one load, each once"


def merged_report(reports: Sequence[ProduceReport]) -> ProduceReport:
    """UsageError for what are no parts of one load. Their times are in seconds since 1970."""
    _check_alike(reports)
    start = min(report.start for report in reports)
    offered, deliveries = Offered(), Deliveries()
    for report in reports:
        offered.merge(report.offered)
        deliveries.merge(report.deliveries)
    rates = [report.target_rate for report in reports if report.target_rate is not None]
    empty = [report.empty_lines for report in reports if report.empty_lines is not None]
    return replace(
        reports[0],
        run=_joined(report.run for report in reports),
        client=_joined(report.client for report in reports),
        ledger=_joined(report.ledger for report in reports if report.ledger is not None) or None,
        start=start,
        epoch=start,
        seconds=max(report.start + report.seconds for report in reports) - start,
        target_rate=sum(rates) if len(rates) == len(reports) else None,
        offered=offered,
        deliveries=deliveries,
        empty_lines=sum(empty) if empty else None,
        stages=_stages(reports, start),
        injected=tuple(
            sorted((kill for report in reports for kill in report.injected), key=lambda kill: kill.seconds)
        ),
        fault_seed=next((r.fault_seed for r in reports if r.fault_seed is not None), None),
        shard=_shards([report.shard for report in reports]),
    )


def missing_shards(shard: str | None) -> list[int]:
    """Of a report that is of the shards `shard`, such as 0,2/4, those that are not in it."""
    if shard is None:
        return []
    there, count = shard_parts(shard)
    return [index for index in range(count) if index not in there]


def _check_alike(reports: Sequence[ProduceReport]) -> None:
    kinds: dict[str, list[Hashable]] = {
        "topics": [report.topic for report in reports],
        "places of the stamp": [report.stamp for report in reports],
        "settings of acks": [report.acknowledged for report in reports],
        "transactions": [report.transactions for report in reports],
        "stages": [tuple(stage.stage for stage in report.stages) for report in reports],
    }
    for name, values in kinds.items():
        if len(set(values)) > 1:
            raise UsageError(f"these are reports of different {name}", hint=_HINT)


def _joined(texts: Iterable[str]) -> str:
    """Each once."""
    return ", ".join(dict.fromkeys(texts))


def _stages(reports: Sequence[ProduceReport], start: float) -> tuple[StageReport, ...]:
    """Moments at which events were due count from the earliest start."""
    found = []
    for i, stage in enumerate(reports[0].stages):
        offered = StageOffered()
        for report in reports:
            offered.merge(_later(report.stages[i].offered, round((report.start - start) * NANO)))
        found.append(replace(stage, offered=offered))
    return tuple(found)


def _later(offered: StageOffered, by: int) -> StageOffered:
    turns = {
        turn: replace(span, first_due=span.first_due + by, last_due=span.last_due + by)
        for turn, span in offered.turns.items()
    }
    return StageOffered(turns, offered.slip_ms)


def _shards(shards: Sequence[str | None]) -> str | None:
    """None for a whole load."""
    named = [shard_parts(shard) for shard in shards if shard is not None]
    if not named:
        return None
    counts = {count for _, count in named}
    if len(named) < len(shards) or len(counts) > 1:
        raise UsageError("these are reports of shards of different loads", hint=_HINT)
    (count,) = counts
    there = sorted(index for indices, _ in named for index in indices)
    for index, following in pairwise(there):
        if index == following:
            raise UsageError(f"there are two reports of shard {index}/{count}", hint=_HINT)
    return None if len(there) == count else f"{','.join(map(str, there))}/{count}"
