"""Keeps a worker's ledger: events are announced before they are handed over, and settled soon after.

So whatever ends the worker, every event that may be in the log is below the last announcement, and what is
not told of by then is unknown.
"""

from collections.abc import Callable
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.ledger.lines import DROPPED, EndLine, Fate, Line, OfferLine, RunLine, encoded
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.report import Deliveries, Offered

_KEEP_SECONDS = 0.1
AHEAD_EVENTS = 50_000
"""At least so many events are announced at once: each announcement is brought to the disk."""


class LedgerStore(Protocol):
    """Appends; OSError of each call where that is not possible. See stores/produce/ledger_file.py."""

    def open(self) -> None: ...

    def write(self, text: bytes) -> None: ...

    def begin_sync(self) -> None: ...

    def synced(self) -> None: ...

    def close(self) -> None: ...


class Ledger(Protocol):
    """What a run tells its ledger; none of it raises."""

    def allow(self, to: int) -> bool:
        """Whether events with sequence numbers below `to` may be handed over."""
        ...

    def drop(self, first: int, count: int) -> None:
        """So many events from a sequence number on are not handed over."""
        ...

    def keep(self) -> None:
        """Called several times a second: writes what has been settled."""
        ...


class NoLedger:
    """For a run that writes nothing down."""

    def allow(self, _to: int) -> bool:
        return True

    def drop(self, _first: int, _count: int) -> None: ...

    def keep(self) -> None: ...


class LedgerKeeper:
    """`ahead`: how many events to announce at a time. `error`: what kept it from being written."""

    def __init__(
        self, store: LedgerStore, settlements: Settlements, run: RunLine, ahead: int, clock: Clock
    ) -> None:
        self._store, self._settlements, self._clock = store, settlements, clock
        self._line, self._ahead = run, ahead
        self._announced = self._allowed = 0
        self._keep_at = 0.0
        self.error: OSError | None = None

    def begin(self) -> None:
        """When the producer is ready: a run that can't begin leaves no file."""
        self._try(self._store.open)
        self._write(self._line)

    def allow(self, to: int) -> bool:
        """The next announcement goes to the disk while the one before is used up."""
        if self._announced == self._allowed and to > self._allowed - self._ahead // 2:
            self._announced = max(to, self._allowed) + self._ahead
            self._write(OfferLine(self._announced))
            self._try(self._store.begin_sync)
        if to > self._allowed:
            self._try(self._store.synced)
            self._allowed = self._announced
        return self.error is None

    def drop(self, first: int, count: int) -> None:
        """As refused: they are not in the log for certain."""
        if self.allow(first + count):
            self._settlements.settled(Fate.FAILED, DROPPED, [(first, first + count - 1)])

    def keep(self) -> None:
        now = self._clock.monotonic()
        if now >= self._keep_at:
            self._keep_at = now + _KEEP_SECONDS
            self._write(*self._settlements.take())

    def end(self, offered: Offered, deliveries: Deliveries) -> None:
        """The last that is settled, and how it all adds up."""
        unknown = offered.count - deliveries.acked - deliveries.failed - deliveries.aborted
        line = EndLine(
            offered=offered.total,
            acked=deliveries.acked,
            failed=deliveries.failed,
            unknown=unknown,
            aborted=deliveries.aborted,
            dropped=offered.dropped,
            complete=not unknown,
        )
        self._write(*self._settlements.take(), line)
        self._try(self._store.close)

    def _write(self, *lines: Line) -> None:
        if lines:
            self._try(lambda: self._store.write(b"".join(map(encoded, lines))))

    def _try(self, call: Callable[[], None]) -> None:
        """Nothing more is written behind what could not be."""
        if self.error is None:
            try:
                call()
            except OSError as error:
                self.error = error
