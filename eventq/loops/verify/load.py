"""A group that processes with faults while a producer sends, until everything that was sent is processed."""

from threading import Thread
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.consume.goals import passed, pins_of
from eventq.core.consume.report import Offsets
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.loops.consume.parent import ConsumeParent
from eventq.loops.produce.parent import WorkerPool

_LOOK_SECONDS = 0.25
_GIVE_UP_SECONDS = 5.0


class LoadAdmin(Protocol):
    """A connection of this loop's own, bound to one topic and one group; EventqError where nobody answers."""

    def partitions(self) -> list[int]: ...

    def log_starts(self, partitions: list[int]) -> Offsets: ...

    def ends(self, partitions: list[int], *, read_committed: bool) -> Offsets: ...

    def committed(self) -> Offsets: ...


def pinned(admin: LoadAdmin, *, read_committed: bool) -> Offsets:
    """Where everything that is there now is processed."""
    partitions = admin.partitions()
    ends = admin.ends(partitions, read_committed=read_committed)
    return pins_of(admin.log_starts(partitions), ends)


class Load:
    """`pool` None: everything was sent before. After the last event faults go on for at most `seconds`.

    The producer runs in a thread of its own, the group's parent in that of the caller.
    """

    def __init__(
        self,
        members: ConsumeParent,
        admin: LoadAdmin,
        clock: Clock,
        seconds: float,
        pool: WorkerPool | None = None,
        *,
        read_committed: bool = False,
    ) -> None:
        self._members, self._admin, self._clock = members, admin, clock
        self._seconds, self._pool = seconds, pool
        self._read_committed = read_committed
        self._error: BaseException | None = None
        self.sent_at = clock.monotonic()

    def ask(self, outcome: Outcome) -> None:
        """Asks both to end in order."""
        if self._pool is not None:
            self._pool.ask(outcome)
        self._members.ending.ask(outcome)

    def run(self) -> Outcome:
        """REACHED when all is processed, or after the time for that; what was raised on either side."""
        beside = Thread(target=self._beside, daemon=True)
        beside.start()
        try:
            outcome = self._members.run()
        finally:
            self.ask(Outcome.FAILED)  # whoever is left; one that was asked before keeps that reason
            beside.join(_GIVE_UP_SECONDS)
        if self._members.ending.error is not None:
            raise self._members.ending.error
        if self._error is not None:
            raise self._error
        if self._pool is not None and self._pool.error is not None:
            raise self._pool.error
        return outcome

    def _beside(self) -> None:
        try:
            if self._pool is not None:
                self._pool.run()
            self.sent_at = self._clock.monotonic()
            self._until_processed()
        except BaseException as error:
            self._error = error
        finally:
            self._members.ending.ask(Outcome.REACHED)

    def _until_processed(self) -> None:
        until, pins = self.sent_at + self._seconds, None
        while self._members.ending.stop is None and self._clock.monotonic() < until:
            try:
                pins = pins or pinned(self._admin, read_committed=self._read_committed)
                if passed(pins, self._admin.committed()):
                    return
            except EventqError:
                pass  # a broker that is away for a while
            self._clock.sleep(_LOOK_SECONDS)
