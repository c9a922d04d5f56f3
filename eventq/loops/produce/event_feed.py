"""Events read from lines of `consume --events`, to be sent as they were."""

from collections.abc import Sequence

from eventq.core.errors import EventqError
from eventq.core.produce.event_batch import Taken
from eventq.core.produce.event_line import Event, NotAnEvent, parsed
from eventq.loops.produce.line_feed import LineFeed


class EventFeed(LineFeed):
    """`dated`: events are sent with the times that they had."""

    def __init__(self, fd: int, total: int | None, *, dated: bool) -> None:
        super().__init__(fd, total)
        self._dated = dated
        self._partitions: int | None = None

    def keep_partitions(self, count: int) -> None:
        """From now on events go to the partitions that they had, of a topic with so many."""
        self._partitions = count

    def take(self, stamps: Sequence[int]) -> Taken:
        """EventqError for a line that can't be sent."""
        first = self.taken + 1
        lines = self.next_lines(len(stamps))
        events = [self._parsed(first + i, line) for i, line in enumerate(lines)]
        return Taken(
            [event.value for event in events],
            [event.key for event in events],
            [event.headers for event in events],
            None if self._partitions is None else [event.partition or 0 for event in events],
            [event.timestamp for event in events] if self._dated else None,
        )

    def _parsed(self, number: int, line: bytes) -> Event:
        try:
            event = parsed(line)
        except NotAnEvent as error:
            raise EventqError(f"event {number} of --input can't be sent: {error}") from error
        if self._partitions is not None and (event.partition is None or event.partition >= self._partitions):
            where = "no partition" if event.partition is None else f"partition {event.partition}"
            raise EventqError(
                f"event {number} of --input can't be sent: it has {where}, the topic has {self._partitions}"
            )
        return event
