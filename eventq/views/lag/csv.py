"""A lag snapshot as CSV: a header, and one row for each partition of each group."""

from collections.abc import Iterator

from eventq.core.lag.sample import Sample
from eventq.views.columns import Field, rows_of_csv

HEADER = (
    "group", "topic", "partition", "log_start", "committed", "end", "retained", "lag", "lost", "status",
    "client_id", "host", "error", "time_lag_seconds", "verdict",
)  # fmt: skip


def table(sample: Sample) -> str:
    """An unknown number is an empty field."""
    return rows_of_csv(HEADER, _rows(sample))


def _rows(sample: Sample) -> Iterator[tuple[Field, ...]]:
    for group in sample.snapshot.groups:
        for part in group.partitions:
            member = (part.member.client_id, part.member.host) if part.member else (None, None)
            offsets = (part.log_start, part.committed, part.end, part.retained, part.lag, part.lost)
            judged = sample.trend(group).of(part).judgement.verdict
            more = (sample.time_lag(group, part).seconds, judged.value if judged else None)
            row = (part.topic, part.partition, *offsets, part.status.value, *member, part.error, *more)
            yield group.group, *row
