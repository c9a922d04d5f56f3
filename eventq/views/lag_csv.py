"""A lag snapshot as CSV: a header, and one row for each partition of each group."""

import csv
from io import StringIO

from eventq.core.lag import Snapshot

HEADER = (
    "group", "topic", "partition", "log_start", "committed", "end", "retained", "lag", "lost", "status",
    "client_id", "host", "error",
)  # fmt: skip


def table(snapshot: Snapshot) -> str:
    """An unknown number is an empty field."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for group in snapshot.groups:
        for part in group.partitions:
            member = (part.member.client_id, part.member.host) if part.member else (None, None)
            offsets = (part.log_start, part.committed, part.end, part.retained, part.lag, part.lost)
            row = (group.group, part.topic, part.partition, *offsets, part.status.value, *member, part.error)
            writer.writerow(row)
    return out.getvalue()
