"""Where a produce run shows itself: a live line on a terminal, else a progress line every few seconds."""

import sys
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from eventq.commands.output import columns, say, write
from eventq.core.produce.plan import ProducePlan
from eventq.core.produce.report import Deliveries, Offered, ProduceNow
from eventq.core.produce.stages import NANO
from eventq.views.produce.report import live_line, progress_line

if TYPE_CHECKING:
    from eventq.core.produce.queue_sample import BoundNow

_PROGRESS_SECONDS = 5.0
_RATE_SECONDS = 2.0
_CLEAR = "\r\x1b[K"


class ProduceOutput:
    """The live line is rewritten in place: a table would cost the pacing milliseconds each time."""

    def __init__(self, plan: ProducePlan, *, live: bool, quiet: bool) -> None:
        self._schedule, self._total, self._shards = plan.schedule, plan.total, plan.shard.count
        self._live, self._quiet = live, quiet
        self._start = self._next = 0.0
        self._marks: deque[tuple[float, int]] = deque()
        self.bound: Callable[[], BoundNow] | None = None

    def __enter__(self) -> "ProduceOutput":  # noqa: PYI034 - typing.Self is not in 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            write(_CLEAR, sys.stderr)

    def begin(self, at: float) -> None:
        self._start, self._next = at, at + _PROGRESS_SECONDS

    def show(self, now: float, offered: Offered, deliveries: Deliveries) -> None:
        if self._quiet:
            return
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
            offered=offered.total,
            acked=deliveries.acked,
            failed=deliveries.failed + deliveries.unknown,
            aborted=deliveries.aborted,
            in_flight=offered.count - deliveries.settled,
            rate=self._rate(at, offered.count),
            target_rate=self._target_rate(seconds),
            slip_ms=offered.slip_ms.quantile(0.99),
            total=self._total,
            end=None if self._schedule.end is None else self._schedule.end / NANO,
            bound=None if self.bound is None else self.bound(),
        )

    def _target_rate(self, seconds: float) -> float | None:
        """Just now; beyond the end late events are still sent, at no rate."""
        rate = self._schedule.rate_at(int(seconds * NANO))
        return None if rate is None else rate / self._shards

    def _rate(self, at: float, count: int) -> float | None:
        """Of the last seconds."""
        marks = self._marks
        marks.append((at, count))
        while marks[-1][0] - marks[0][0] > _RATE_SECONDS and len(marks) > 2:  # noqa: PLR2004 - two ends
            marks.popleft()
        seconds = at - marks[0][0]
        return (count - marks[0][1]) / seconds if seconds else None
