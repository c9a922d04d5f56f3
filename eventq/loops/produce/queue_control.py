"""The parent's side of a bounded run: turns samples of the queue into deals for the workers."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, ThresholdBreached, TimedOut
from eventq.core.produce.bound_record import BoundRecord
from eventq.core.produce.consume_pace import ConsumePace
from eventq.core.produce.deal import Deal, HandedOver
from eventq.core.produce.lag_control import sending_rate
from eventq.core.produce.queue_bound import OnFull, QueueBound
from eventq.core.produce.queue_sample import BoundNow, BoundReport, QueueSample
from eventq.core.produce.worker_credits import Limits, WorkerCredits

_LOST_SAMPLES = 3
_LOST_SECONDS = 1.0
_NOTE_SECONDS = 10.0
_FIRST_PERIOD_SECONDS = 1.0
"""Taken for the commit period until two commits were seen."""

AT_BOUND = "lag"
"""The reason of a hold when nothing but the lag itself holds the run."""


class SampleSource(Protocol):
    """`interval` in seconds between two samples."""

    interval: float
    latest: QueueSample | None


class _SlowRate(NamedTuple):
    """Under SLOW: events a second over all workers, from a moment on, and how far each was then."""

    rate: float
    at: float
    bases: tuple[int, ...]


class QueueControl:
    """`error`: why the run has to end; `note` tells a person something."""

    def __init__(
        self,
        bound: QueueBound,
        workers: int,
        samples: SampleSource,
        clock: Clock,
        note: Callable[[str], None],
    ) -> None:
        self._bound, self._samples, self._clock, self._note = bound, samples, clock, note
        self._credits = WorkerCredits(bound, workers)
        self._record, self._pace = BoundRecord(bound), ConsumePace()
        self._seen: QueueSample | None = None
        self._full = False
        self._paced: _SlowRate | None = None
        self._told: tuple[Limits, _SlowRate | None] | None = None
        self._reason: str | None = None
        self._holds: dict[str, float] = {}
        self._begun_at: float | None = None
        self._turned_at = 0.0
        self._handed = -1
        self._held_since: float | None = None
        self._note_at = 0.0
        self._ceiling_told = False
        self.error: EventqError | None = None

    def turn(self, handed: Sequence[HandedOver], *, due: bool) -> Sequence[Deal] | None:
        """New deals, one a worker, if there are any. `due`: an event waits to be handed over."""
        now = self._clock.monotonic()
        self._begun_at = now if self._begun_at is None else self._begun_at
        self._credits.take_back(handed)
        sample = self._samples.latest
        if sample is not None and sample is not self._seen:
            self._seen = sample
            self._see(sample, handed, now)
        deals = self._deals(handed)
        self._watch(sum(one.events for one in handed), now, due=due)
        self._turned_at = now
        return deals

    def limit(self, worker: int) -> int:
        """At most so many events were dealt to it."""
        return self._credits.limits[worker]

    def now(self) -> BoundNow:
        lag = None if self._seen is None else self._seen.lag
        held = self._held_since is not None
        return BoundNow(lag, self._bound.max_lag, (self._reason or AT_BOUND) if held else None)

    def report(self) -> BoundReport:
        record = self._record
        record.count_foreign(max(self._handed, self._credits.dealt))
        return BoundReport(
            self._bound,
            record.max_lag,
            record.max_partition_lag,
            record.foreign,
            record.broken_by,
            self._pace.period,
            dict(self._holds),
        )

    def _see(self, sample: QueueSample, handed: Sequence[HandedOver], now: float) -> None:
        """What a new sample allows."""
        lag, count = sample.lag, sum(one.events for one in handed)
        if lag is not None:
            self._record.see(sample, max(count, self._credits.dealt))
            self._pace.see(sample.at, sample.consumed)
            self._credits.see(sample)
            self._full = self._is_held_by(lag, count)
        self._reason = self._why_not(sample)
        if lag is not None and self._bound.on_full is OnFull.SLOW:
            rate = self._rate(sample, lag, count, now)
            self._paced = _SlowRate(rate, now, tuple(one.events for one in handed))

    def _deals(self, handed: Sequence[HandedOver]) -> Sequence[Deal] | None:
        """None: what was dealt before still holds."""
        if self._reason is None and not self._full:
            self._credits.deal(handed)
        limits, paced = self._credits.by_worker, self._paced
        if self._told == (limits, paced):
            return None
        self._told = (limits, paced)
        if paced is None:
            return [Deal(limit, partitions=parts) for limit, parts in limits]
        rate = paced.rate / max(1, sum(not one.ended for one in handed))
        return [
            Deal(limit, base, rate, paced.at, parts)
            for (limit, parts), base in zip(limits, paced.bases, strict=True)
        ]

    def _is_held_by(self, lag: int, handed: int) -> bool:
        """Whether BLOCK waits: from when its credits are used up until the lag has come down."""
        if self._bound.on_full is not OnFull.BLOCK:
            return False
        return lag > self._bound.resume_lag if self._full else self._credits.total <= handed

    def _why_not(self, sample: QueueSample) -> str | None:
        """What forbids to deal anything, whatever the lag is."""
        if sample.lag is None:
            return f"its lag is not known ({sample.error})"
        if sample.members == 0:
            return f"group {self._bound.group} has no members"
        limit = self._bound.max_time_lag
        if limit is not None and self._bound.on_full is not OnFull.SLOW and (sample.age or 0.0) > limit:
            return f"its oldest unread event is older than --max-time-lag {limit:g} s"
        return None

    def _rate(self, sample: QueueSample, lag: int, handed: int, now: float) -> float:
        period = self._pace.period
        return sending_rate(
            lag + handed - sample.settled.events,
            self._bound.max_lag,
            self._pace.rate(now) or 0.0,
            self._samples.interval + (period or _FIRST_PERIOD_SECONDS),
            self._bound.max_time_lag if period is not None else None,
        )

    def _watch(self, handed: int, now: float, *, due: bool) -> None:
        """How long nothing could be handed over, and what is done about it."""
        self._find_lost(now)
        moved, self._handed = handed != self._handed, handed
        if moved or not due or not self._binds(handed):
            self._held_since = None
            return
        if self._held_since is None:
            self._held_since, self._note_at = now, now + _NOTE_SECONDS
        else:
            reason = self._reason or AT_BOUND
            self._holds[reason] = self._holds.get(reason, 0.0) + now - self._turned_at
        self._tell(now)
        self._judge(handed, now)

    def _binds(self, handed: int) -> bool:
        return self._credits.dealt <= handed or self._bound.max_partition_lag is not None

    def _find_lost(self, now: float) -> None:
        """Without a sample for three intervals nothing is known of the queue."""
        at = self._begun_at if self._seen is None else self._seen.at
        lost = now - (now if at is None else at)
        if lost > _LOST_SAMPLES * self._samples.interval + _LOST_SECONDS:
            self._reason = "its lag can't be read"

    def _tell(self, now: float) -> None:
        if self._reason is not None and now >= self._note_at:
            self._note_at = now + _NOTE_SECONDS
            self._note(f"nothing is sent: {self._reason}")
        if self._reason is None and not self._ceiling_told and (text := self._ceiling(now)):
            self._ceiling_told = True
            self._note(text)

    def _ceiling(self, now: float) -> str | None:
        """What the commits alone let through, if that is less than the group could consume."""
        found, rate = self.report(), self._pace.rate(now)
        if found.ceiling is None or found.commit_period is None or not rate:
            return None
        needed = int(2 * rate * (found.commit_period + self._samples.interval))
        if needed <= self._bound.max_lag:
            return None
        return (
            f"group {self._bound.group} commits every {found.commit_period:.1f} s: --max-lag "
            f"{self._bound.max_lag:,} lets at most {found.ceiling:,.0f} events/s through; "
            f"{needed:,} would be needed for {rate:,.0f}/s"
        )

    def _judge(self, handed: int, now: float) -> None:
        """A bound that ends the run: at once under FAIL, else after --bound-timeout."""
        bound, seen = self._bound, self._seen
        lag = "?" if seen is None or seen.lag is None else f"{seen.lag:,}"
        why = self._reason or f"its lag is {lag}, with --max-lag {bound.max_lag:,}"
        if bound.on_full is OnFull.FAIL and self._is_full(handed):
            self.error = ThresholdBreached(
                f"the queue of group {bound.group} is full: {why}",
                hint="its consumers are slower than this load, or not running",
            )
        elif bound.timeout is not None and now - (self._held_since or now) > bound.timeout:
            self.error = TimedOut(
                f"nothing could be sent for {bound.timeout:g} s: {why}", hint="are its consumers running?"
            )

    def _is_full(self, handed: int) -> bool:
        """With certainty, and not only because what is on its way may fill it."""
        seen, most = self._seen, self._bound.max_partition_lag
        if self._reason is not None or seen is None:
            return True
        if seen.settled.events < handed:
            return False
        full = most is not None and any((part.lag or 0) >= most for part in seen.parts)
        return full or (seen.lag or 0) >= self._bound.max_lag
