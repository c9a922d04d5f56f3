"""Where a produce run shows itself: a live line on a terminal, else a progress line every few seconds."""

import sys
from collections import deque

from eventq.core.pacing import Schedule
from eventq.core.produced import Deliveries, Offered, ProduceNow

_EVERY = 5.0
_RECENT = 2.0


class Output:
    """`start` is set when the clock of the schedule starts."""

    def __init__(self, topic: str, schedule: Schedule, *, quiet: bool) -> None:
        self._topic, self._schedule, self._quiet = topic, schedule, quiet
        self._start: float | None = None
        self._next = 0.0
        self._marks: deque[tuple[float, int]] = deque()

    def show(self, now: float, offered: Offered, deliveries: Deliveries) -> None:
        if self._quiet:
            return
        if self._start is None:
            self._start, self._next = now, now + _EVERY
        state = self._now(now, now - self._start, offered, deliveries)
        if now >= self._next:
            from eventq.views.produce import progress_line

            self._next = now + _EVERY
            self.note(progress_line(state))

    def _now(self, at: float, seconds: float, offered: Offered, deliveries: Deliveries) -> ProduceNow:
        target = self._schedule.rate
        return ProduceNow(
            topic=self._topic,
            seconds=seconds,
            offered=offered.count,
            acked=deliveries.acked,
            failed=deliveries.failed + deliveries.unknown,
            in_flight=offered.count - deliveries.settled,
            rate=self._rate(at, offered.count),
            target_rate=None if target is None else float(target),
            slip_ms=offered.slip_ms.max,
            total=self._schedule.total,
        )

    def _rate(self, at: float, count: int) -> float | None:
        """Of the last seconds."""
        marks = self._marks
        marks.append((at, count))
        while marks[-1][0] - marks[0][0] > _RECENT and len(marks) > 2:  # noqa: PLR2004 - two ends
            marks.popleft()
        seconds = at - marks[0][0]
        return (count - marks[0][1]) / seconds if seconds else None

    def note(self, text: str) -> None:
        if not self._quiet:
            sys.stderr.write(f"eventq: {text}\n")
            sys.stderr.flush()
