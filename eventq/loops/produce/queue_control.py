"""The parent's side of a bounded run: turns samples of the queue into deals for the workers."""

from collections.abc import Callable, Sequence
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.errors import EventqError, ThresholdBreached, TimedOut
from eventq.core.produce.bound_record import BoundRecord
from eventq.core.produce.consume_pace import ConsumePace
from eventq.core.produce.credits import Credits, shared_out
from eventq.core.produce.deal import Deal
from eventq.core.produce.lag_control import sending_rate
from eventq.core.produce.queue_bound import OnFull, QueueBound
from eventq.core.produce.queue_sample import BoundNow, BoundReport, QueueSample
from eventq.loops.produce.queue_sampler import SAMPLE_SECONDS

_LOST_SAMPLES = 3
_NOTE_SECONDS = 10.0
_FIRST_PERIOD_SECONDS = 1.0
"""Taken for the commit period until two commits were seen."""


class Samples(Protocol):
    interval: float
    latest: QueueSample | None


class QueueControl:
    """`error`: why the run has to end; `note` tells a person something."""

    def __init__(
        self, bound: QueueBound, workers: int, samples: Samples, clock: Clock, note: Callable[[str], None]
    ) -> None:
        self._bound, self._samples, self._clock, self._note = bound, samples, clock, note
        self._credits = Credits(bound.max_lag)
        self._record, self._pace = BoundRecord(bound), ConsumePace()
        self._dealt = [0] * workers
        self._seen: QueueSample | None = None
        self._full = False
        self._reason: str | None = None
        self._holds: dict[str, float] = {}
        self._turned_at: float | None = None
        self._held_since: float | None = None
        self._note_at = 0.0
        self._floor_told = False
        self.error: EventqError | None = None

    def turn(self, handed: Sequence[int], ended: Sequence[bool], *, due: bool) -> Sequence[Deal] | None:
        """New deals, one a worker, if there are any. `due`: an event waits to be handed over."""
        now = self._clock.monotonic()
        self._take_back(handed, ended)
        sample = self._samples.latest
        deals = None
        if sample is not None and sample is not self._seen:
            self._seen = sample
            self._see(sample, sum(handed))
            deals = self._deal(sample, handed, ended, now)
        self._watch(sum(handed), now, due=due)
        return deals

    def limit(self, worker: int) -> int:
        """At most so many events were dealt to it."""
        return self._dealt[worker]

    def now(self) -> BoundNow:
        lag = None if self._seen is None else self._seen.lag
        return BoundNow(lag, self._bound.max_lag, self._reason if self._held_since is not None else None)

    def report(self) -> BoundReport:
        record = self._record
        return BoundReport(
            self._bound,
            record.max_lag,
            record.foreign,
            record.broken_by,
            self._pace.period,
            dict(self._holds),
        )

    def _take_back(self, handed: Sequence[int], ended: Sequence[bool]) -> None:
        """What a worker that has ended did not use is for the others."""
        for worker, over in enumerate(ended):
            if over:
                self._dealt[worker] = handed[worker]

    def _see(self, sample: QueueSample, handed: int) -> None:
        lag = sample.lag
        if lag is None:
            return
        self._record.see(sample, max(handed, sum(self._dealt)))
        self._pace.see(sample.at, sample.consumed)
        self._credits.add(lag, sample.settled)
        used_up = self._credits.total <= handed
        if self._bound.on_full is OnFull.BLOCK:
            self._full = lag > self._bound.resume_lag if self._full else used_up
        else:
            self._full = used_up

    def _deal(
        self, sample: QueueSample, handed: Sequence[int], ended: Sequence[bool], now: float
    ) -> Sequence[Deal] | None:
        self._reason = self._why_not(sample)
        if self._reason is not None:
            return None
        if self._bound.on_full is OnFull.SLOW:
            return self._slow(sample, handed, ended, now)
        if self._full:
            return None
        self._dealt = shared_out(self._credits.total, self._dealt, handed)
        return [Deal(limit) for limit in self._dealt]

    def _why_not(self, sample: QueueSample) -> str | None:
        """What forbids to deal anything, whatever the lag is."""
        if sample.lag is None:
            return f"its lag is not known ({sample.error})"
        if sample.members == 0:
            return f"group {self._bound.group} has no members"
        limit = self._bound.max_time_lag
        if limit is not None and self._bound.on_full is not OnFull.SLOW and (sample.age or 0.0) > limit:
            return f"its oldest event waits for {sample.age:.0f} s"
        return None

    def _slow(
        self, sample: QueueSample, handed: Sequence[int], ended: Sequence[bool], now: float
    ) -> Sequence[Deal]:
        period = self._pace.period
        lag = (sample.lag or 0) + sum(handed) - sample.settled
        rate = sending_rate(
            lag,
            self._bound.max_lag,
            self._pace.rate(now) or 0.0,
            self._samples.interval + (period or _FIRST_PERIOD_SECONDS),
            self._bound.max_time_lag if period is not None else None,
        )
        self._dealt = shared_out(self._credits.total, self._dealt, handed)
        working = max(1, len(ended) - sum(ended))
        return [
            Deal(limit, base, rate / working, now) for limit, base in zip(self._dealt, handed, strict=True)
        ]

    def _watch(self, handed: int, now: float, *, due: bool) -> None:
        """How long nothing could be handed over, and what is done about it."""
        before, self._turned_at = self._turned_at, now
        self._find_lost(now)
        held = due and sum(self._dealt) <= handed
        if not held:
            self._held_since = None
            return
        if self._held_since is None:
            self._held_since, self._note_at = now, now + _NOTE_SECONDS
        elif before is not None:
            reason = self._reason or "lag"
            self._holds[reason] = self._holds.get(reason, 0.0) + now - before
        self._tell(now)
        self._judge(handed, now)

    def _find_lost(self, now: float) -> None:
        """Without a sample for three intervals nothing is known of the queue."""
        at = self._seen.at if self._seen is not None else self._turned_at or now
        if now - at > _LOST_SAMPLES * max(self._samples.interval, SAMPLE_SECONDS) + 1.0:
            self._reason = f"its lag could not be read for {now - at:.0f} s"

    def _tell(self, now: float) -> None:
        if self._reason is not None and now >= self._note_at:
            self._note_at = now + _NOTE_SECONDS
            self._note(f"nothing is sent: {self._reason}")
        if not self._floor_told and self._reason is None and (text := self._floor()):
            self._floor_told = True
            self._note(text)

    def _floor(self) -> str | None:
        """What the commits alone let through."""
        report = self.report()
        if report.ceiling is None or report.commit_period is None:
            return None
        return (
            f"group {self._bound.group} commits every {report.commit_period:.1f} s: --max-lag "
            f"{self._bound.max_lag} lets at most {report.ceiling:,.0f} events/s through"
        )

    def _judge(self, handed: int, now: float) -> None:
        """A bound that ends the run: at once under FAIL, else after --bound-timeout."""
        seen, bound = self._seen, self._bound
        if bound.on_full is OnFull.FAIL and self._is_full(handed):
            why = self._reason or f"lag {seen.lag if seen else '?'} with --max-lag {bound.max_lag}"
            self.error = ThresholdBreached(f"the queue of group {bound.group} is full: {why}")
        if bound.timeout is not None and self._held_since is not None:
            waited = now - self._held_since
            if waited > bound.timeout:
                why = self._reason or f"its lag stays at --max-lag {bound.max_lag}"
                self.error = TimedOut(
                    f"nothing could be sent for {bound.timeout:g} s: {why}", hint="are its consumers running?"
                )

    def _is_full(self, handed: int) -> bool:
        """With certainty, and not only because what is on its way may fill it."""
        if self._reason is not None:
            return True
        seen = self._seen
        return seen is not None and seen.settled >= handed and (seen.lag or 0) >= self._bound.max_lag
