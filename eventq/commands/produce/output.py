"""Where a produce run shows itself: a live line on a terminal, else a progress line every few seconds."""

import sys
from collections import deque
from types import TracebackType

from eventq.commands.output import columns, say, write
from eventq.core.produce.pacing import NANO, Schedule
from eventq.core.produce.report import Deliveries, Offered, ProduceNow
from eventq.views.produce.report import live_line, progress_line

_PROGRESS_SECONDS = 5.0
_RATE_SECONDS = 2.0
_CLEAR = "\r\x1b[K"


class ProduceOutput:
    """The live line is rewritten in place: a table would cost the pacing milliseconds each time."""

    def __init__(self, schedule: Schedule, *, live: bool, quiet: bool) -> None:
        self._schedule = schedule
        self._live, self._quiet = live, quiet
        self._start: float | None = None
        self._next = 0.0
        self._marks: deque[tuple[float, int]] = deque()

    def __enter__(self) -> "ProduceOutput":  # noqa: PYI034 - typing.Self is not in 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            write(_CLEAR, sys.stderr)

    def show(self, now: float, offered: Offered, deliveries: Deliveries) -> None:
        if self._quiet:
            return
        if self._start is None:
            self._start, self._next = now, now + _PROGRESS_SECONDS
        state = self._now(now, now - self._start, offered, deliveries)
        if self._live:
            width = columns(sys.stderr)
            write(f"{_CLEAR}{live_line(state, width)}", sys.stderr)
        elif now >= self._next:
            self._next = now + _PROGRESS_SECONDS
            say(progress_line(state))

    def _now(self, at: float, seconds: float, offered: Offered, deliveries: Deliveries) -> ProduceNow:
        return ProduceNow(
            seconds=seconds,
            offered=offered.count,
            acked=deliveries.acked,
            failed=deliveries.failed + deliveries.unknown,
            aborted=deliveries.aborted,
            in_flight=offered.count - deliveries.settled,
            rate=self._rate(at, offered.count),
            target_rate=self._schedule.rate_at(int(seconds * NANO)),
            slip_ms=offered.slip_ms.quantile(0.99),
            total=self._schedule.total,
        )

    def _rate(self, at: float, count: int) -> float | None:
        """Of the last seconds."""
        marks = self._marks
        marks.append((at, count))
        while marks[-1][0] - marks[0][0] > _RATE_SECONDS and len(marks) > 2:  # noqa: PLR2004 - two ends
            marks.popleft()
        seconds = at - marks[0][0]
        return (count - marks[0][1]) / seconds if seconds else None
