"""One member of a group: takes slices of records, processes them, and commits exactly what it processed.

Records in hand never outlive the slice: what was not processed (not granted, stopped, refused) is given back
by a seek, so that between two polls the consumer's position is the offset to commit. A rebalance happens
inside a poll only and so always finds that clean state.
"""

from collections.abc import Callable
from random import Random
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.consume_plan import MemberPlan
from eventq.core.consumed import MalformedRecord, Offsets, Reset, Tally
from eventq.core.event_line import event_lines
from eventq.core.slices import Slice
from eventq.loops.link import Link
from eventq.loops.messages import (
    Assigned,
    Committed,
    Committing,
    Done,
    Failed,
    Flush,
    Grant,
    Lines,
    Malformed,
    Placed,
    Progress,
    Resume,
    Revoked,
    Stop,
    ToMember,
    Want,
    WasReset,
    Written,
)

Fault = Callable[[bytes | None], str | None]
_SAMPLES = 3
_MOST = 5000
_MOST_LINES = 100  # less than a pipe holds, so that a reader that leaves early costs little
_POLL = 0.1
_PROGRESS = 0.25


class Handler(Protocol):
    """What a consumer tells its member; called inside poll and close only."""

    def assigned(self, partitions: tuple[int, ...], member_id: str, generation: int) -> None: ...

    def placed(self, partition: int, start: int, skipped: int) -> None: ...

    def was_reset(self, reset: Reset) -> None: ...

    def revoking(self, positions: Offsets) -> Offsets:
        """What to commit before these partitions are given up; `revoked` follows with how that went."""
        ...

    def revoked(self, partitions: tuple[int, ...], reason: str | None) -> None:
        """They are gone; `reason` says why what `revoking` asked was not committed."""
        ...


class GroupConsumer(Protocol):
    """A client of a consumer group, bound to one topic. Positions lie beyond control and aborted records."""

    def join(self, handler: Handler) -> None: ...

    def poll(self, seconds: float, most: int) -> list[Slice]: ...

    def give_back(self, partition: int, offset: int) -> None:
        """The next poll starts at `offset` again."""
        ...

    def positions(self) -> Offsets: ...

    def ends(self) -> Offsets:
        """The partitions' ends as far as they are known without asking."""
        ...

    def commit(self, offsets: Offsets) -> str | None:
        """None, or why it failed."""
        ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def close(self) -> None:
        """Leaves the group."""
        ...


class Member:
    def __init__(
        self, consumer: GroupConsumer, link: Link, plan: MemberPlan, fault: Fault, clock: Clock
    ) -> None:
        self._consumer = consumer
        self._link = link
        self._plan = plan
        self._fault = fault
        self._clock = clock
        self._random = Random()
        self._tally = Tally()
        self._committed: Offsets = {}
        self._covered: dict[int, int] = {}
        self._last: tuple[int, int] | None = None
        self._state = "joining"
        self._stopping = self._starved = self._flush = False
        self._samples = 0
        self._revoking: Offsets = {}
        self._commit_at = self._progress_at = clock.monotonic()

    def run(self) -> None:
        """Until the parent says Stop or is gone."""
        most = self._plan.work.slice_of(_MOST_LINES if self._plan.events else _MOST)
        self._consumer.join(self)
        while not self._stopping:
            for message in self._link.arrived():
                self._obey(message)
            if not self._stopping:
                self._process(self._consumer.poll(_POLL, most))
                self._keep_up()
        self._leave()

    def _obey(self, message: ToMember) -> None:
        if isinstance(message, Stop):
            self._stopping = True
        elif isinstance(message, Flush):
            self._flush = True
        elif isinstance(message, Resume) and self._starved:
            self._starved = False
            self._consumer.resume()

    # processing

    def _process(self, slices: list[Slice]) -> None:
        if not slices:
            return
        left = self._granted(sum(map(len, slices)))
        for records in slices:
            taken = min(left, len(records))
            done = 0 if self._stopping else self._handle(records.first(taken)) if taken else 0
            left -= taken
            if done < len(records):
                self._consumer.give_back(records.partition, records.offsets[done])

    def _granted(self, count: int) -> int:
        if not self._plan.limited:
            return count
        self._link.send(Want(count))
        granted = self._link.answer(Grant, Grant(0)).count
        if granted < count:
            self._starved = self._flush = True
            self._consumer.pause()
        return granted

    def _handle(self, records: Slice) -> int:
        """How many of the records were processed: fewer than all only if something ended it."""
        now = self._clock.now()
        self._tally.first_at = self._tally.first_at or now
        self._tally.received += len(records)
        done = self._work(len(records))
        faults = self._faults(records.first(done))
        if faults and self._plan.fail_on_malformed:
            done = min(faults)
            self._refuse(records, done, faults[done])
        if self._plan.events and not self._print(records.first(done), frozenset(faults)):
            done = 0
        self._count(records.first(done), {i: why for i, why in faults.items() if i < done})
        return done

    def _work(self, count: int) -> int:
        if not self._plan.work.mean:
            return count
        due = self._clock.monotonic()
        for done in range(count):
            due += self._plan.work.draw(self._random)
            if not self._link.sleep_until(due):
                self._stopping = True
                return done
        return count

    def _faults(self, records: Slice) -> dict[int, str]:
        fault = self._fault
        found = ((i, fault(value)) for i, value in enumerate(records.values))
        return {i: why for i, why in found if why is not None}

    def _refuse(self, records: Slice, i: int, why: str) -> None:
        where = f"{self._plan.topic}/{records.partition} at offset {records.offsets[i]}"
        self._stopping = True
        self._link.send(
            Failed(
                f"malformed event in {where}: {why}",
                "it is not committed; --on-malformed skip counts and skips",
            )
        )

    def _print(self, records: Slice, malformed: frozenset[int]) -> bool:
        block = event_lines(self._plan.topic, records, malformed)
        if not block:
            return True
        self._link.send(Lines(block, len(records)))
        written = self._link.answer(Written, Written(ok=False)).ok
        self._stopping = self._stopping or not written
        return written

    def _count(self, records: Slice, faults: dict[int, str]) -> None:
        if not len(records):
            return
        now = self._clock.now()
        tally, partition = self._tally, records.partition
        tally.processed += len(records)
        tally.malformed += len(faults)
        tally.last_at = now
        millis = int(now * 1000)
        tally.latency.add_all([max(0, millis - at) for at in records.timestamps])
        self._covered[partition] = self._covered.get(partition, 0) + len(records)
        self._last = (partition, records.offsets[-1])
        for i, why in faults.items():
            if self._samples < _SAMPLES:
                self._samples += 1
                self._link.send(Malformed(MalformedRecord(partition, records.offsets[i], why)))

    # committing

    def _keep_up(self) -> None:
        """Commits and reports when it is time to."""
        now = self._clock.monotonic()
        if self._flush or now >= self._commit_at:
            self._flush = False
            self._commit()
            self._commit_at = self._clock.monotonic() + self._plan.commit_interval
            self._progress_at = 0.0
        if now >= self._progress_at:
            self._progress_at = now + _PROGRESS
            self._report()

    def _report(self) -> None:
        state = self._state if not self._starved else "waiting"
        self._link.send(
            Progress(self._tally, self._consumer.positions(), self._consumer.ends(), self._last, state)
        )

    def _changed(self, positions: Offsets) -> Offsets:
        return {p: offset for p, offset in positions.items() if self._committed.get(p) != offset}

    def _announce(self, offsets: Offsets) -> None:
        self._link.send(Committing(offsets, sum(self._covered.get(p, 0) for p in offsets)))

    def _settle(self, offsets: Offsets, reason: str | None) -> None:
        if reason is None:
            self._committed.update(offsets)
            for partition in offsets:
                self._covered.pop(partition, None)
        self._link.send(Committed(reason))

    def _commit(self) -> None:
        offsets = self._changed(self._consumer.positions())
        if offsets:
            self._announce(offsets)
            self._settle(offsets, self._consumer.commit(offsets))

    # Handler: what the consumer tells

    def assigned(self, partitions: tuple[int, ...], member_id: str, generation: int) -> None:
        self._state = "consuming" if partitions else "idle"
        self._starved = False
        self._link.send(Assigned(partitions, member_id, generation))

    def placed(self, partition: int, start: int, skipped: int) -> None:
        self._committed[partition] = start
        self._link.send(Placed(partition, start, skipped))

    def was_reset(self, reset: Reset) -> None:
        self._link.send(WasReset(reset))

    def revoking(self, positions: Offsets) -> Offsets:
        offsets = self._changed(positions)
        self._revoking = offsets
        if offsets:
            self._announce(offsets)
        return offsets

    def revoked(self, partitions: tuple[int, ...], reason: str | None) -> None:
        offsets = {p: offset for p, offset in self._revoking.items() if p in partitions}
        if offsets:
            self._settle(offsets, reason)
        abandoned = sum(self._covered.pop(p, 0) for p in partitions)
        for partition in partitions:
            self._committed.pop(partition, None)
        self._revoking = {}
        self._state = "rebalancing"
        self._link.send(Revoked(abandoned, reason))

    def _leave(self) -> None:
        self._state = "leaving"
        self._commit()
        self._report()
        self._consumer.close()
        self._report()
        self._link.send(Done())
