"""The copies of events in another topic, as rows of a sink: eventq consume --sink kafka:TOPIC made them."""

from collections.abc import Iterator, Sequence

from eventq.core.consume.copies import SOURCE, source_of
from eventq.core.consume.dead_letters import ERROR
from eventq.core.verify.records import Headers, LogSlice, stamped
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind


def copied_rows(records: LogSlice, stamp: StampKind) -> Iterator[SinkRows]:
    """Of records of one partition of the copies' topic, which keeps their order; a dead letter has none."""
    stamps = stamped(records, stamp)
    placed: list[int] = []
    partitions: list[int] = []
    unplaced: list[int] = []
    dead: list[int] = []
    for at, (headers, _) in enumerate(zip(records.headers(), records.offsets, strict=False)):
        partition = _partition(headers)
        if _is_dead_letter(headers):
            dead.append(at)
        elif partition is None:
            unplaced.append(at)
        else:
            placed.append(at)
            partitions.append(partition)
    found = (
        SinkRows(_of(stamps, placed), partitions, lane=records.partition),
        SinkRows(_of(stamps, unplaced)),
        SinkRows(_of(stamps, dead), dead_letters=True),
    )
    yield from filter(len, found)


def _of(stamps: Sequence[object], places: Sequence[int]) -> Sequence[object]:
    return stamps if len(places) == len(stamps) else [stamps[at] for at in places]


def _partition(headers: Headers) -> int | None:
    """Of the record in the producer's topic; None where this is a copy of a copy, or none at all."""
    if sum(name == SOURCE for name, _ in headers) != 1:
        return None
    source = source_of(headers)
    return None if source is None else source.partition


def _is_dead_letter(headers: Headers) -> bool:
    """A copy of an event that was one ends with its new place."""
    ours = [name for name, _ in headers if name in {SOURCE, ERROR}]
    return bool(ours) and ours[-1] == ERROR
