"""Several consume reports of one group as the one that a single run would have had."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from eventq.core.consume.report import MOST_MALFORMED_NAMED, ConsumeReport, Offsets, Tally
from eventq.core.errors import UsageError


def merged_report(reports: Sequence[ConsumeReport]) -> ConsumeReport:
    """UsageError for what are no parts of one group.

    All members of a group see its rebalances, and its commits only go on: of both the most count. Members are
    numbered anew, in the order of the reports.
    """
    _check_alike(reports)
    tally, committed = Tally(), Offsets()
    for report in reports:
        tally.add(report.tally)
        for partition, offset in report.committed.items():
            committed[partition] = max(offset, committed.get(partition, 0))
    starts = [sum(len(report.members) for report in reports[:i]) for i in range(len(reports))]
    members = [
        replace(member, number=start + member.number)
        for start, report in zip(starts, reports, strict=True)
        for member in report.members
    ]
    injected = [
        replace(fault, member=start + fault.member)
        for start, report in zip(starts, reports, strict=True)
        for fault in report.injected
    ]
    seeds = [report.fault_seed for report in reports if report.fault_seed is not None]
    return replace(
        reports[0],
        client=_joined(report.client for report in reports),
        sink=_joined(report.sink for report in reports if report.sink is not None) or None,
        seconds=max(report.seconds for report in reports),
        tally=tally,
        skipped_at_start=sum(report.skipped_at_start for report in reports),
        resets=tuple(reset for report in reports for reset in report.resets),
        rebalances=max(report.rebalances for report in reports),
        members=tuple(members),
        committed=committed,
        malformed=tuple(each for report in reports for each in report.malformed)[:MOST_MALFORMED_NAMED],
        injected=tuple(sorted(injected, key=lambda fault: fault.seconds)),
        fault_seed=seeds[0] if seeds else None,
    )


def _check_alike(reports: Sequence[ConsumeReport]) -> None:
    kinds = {
        "topics": {report.topic for report in reports},
        "groups": {report.group for report in reports},
        "guarantees": {report.delivery for report in reports},
        "rules for malformed events": {report.on_malformed.text for report in reports},
    }
    for name, values in kinds.items():
        if len(values) > 1:
            raise UsageError(
                f"these are reports of different {name}: {', '.join(sorted(values))}",
                hint="merge the reports of one group, each once",
            )


def _joined(texts: Iterable[str]) -> str:
    """Each once."""
    return ", ".join(dict.fromkeys(texts))
