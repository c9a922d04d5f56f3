"""Dead letters that go elsewhere than effects: written before the records below them count as processed."""

from collections.abc import Mapping
from typing import Protocol

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.loops.consume.retries import Retries
from eventq.loops.consume.sink import Applied, Sink


class DeadLetters(Protocol):
    """Where malformed records go; see broker/consume for who serves it."""

    def open(self) -> None:
        """Begins anew after StoreUnavailable."""
        ...

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """Keeps the malformed records of the slice; they last when it returns.

        `faults` says of each by its index why, and may tell of records beyond the slice. StoreUnavailable
        where some are not known to be kept: then it is called again with the same, and repeats only these.
        """
        ...

    def close(self) -> None: ...


class DeadLetterSink:
    """Another sink, beside which dead letters are kept: at least once, or at most once where the commit was
    before. A slice without malformed records is that sink's affair alone.
    """

    def __init__(self, sink: Sink, letters: DeadLetters, retries: Retries) -> None:
        self._sink, self._letters, self._retries = sink, letters, retries

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        """Effects first: how many records are processed is known then, and the rest comes again."""
        applied = self._sink.apply(records, faults)
        if not faults or not applied.processed or min(faults) >= applied.processed:
            return applied
        return applied if self._keep(records.first(applied.processed), faults) else Applied(0, ends=True)

    def _keep(self, records: RecordSlice, faults: Mapping[int, str]) -> bool:
        """False when told to stop before it was done."""

        def write() -> bool:
            self._letters.write(records, faults)
            return True

        return bool(self._retries.run(write))

    def open(self, offsets: Offsets) -> Offsets:
        return self._sink.open(offsets)

    def commit(self, offsets: Offsets) -> str | None:
        return self._sink.commit(offsets)

    def revoking(self, offsets: Offsets) -> Offsets:
        return self._sink.revoking(offsets)

    def revoked(self, partitions: tuple[int, ...]) -> None:
        self._sink.revoked(partitions)

    def refused(self) -> set[int]:
        return self._sink.refused()

    def undone(self) -> frozenset[int]:
        return self._sink.undone()

    def close(self) -> None:
        self._sink.close()
        self._letters.close()
