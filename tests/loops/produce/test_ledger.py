"""What a worker writes down of its events, over a store in memory."""

import errno
from collections import deque
from fractions import Fraction
from typing import Any

import pytest

from eventq.core.ledger.lines import EndLine, Fate, Line, OfferLine, RunLine, SettledLine, decoded
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.keys import KeyRule
from eventq.core.produce.pacing import schedule
from eventq.loops.processes.in_process import InProcessLink
from eventq.loops.processes.messages import Failed
from eventq.loops.produce.ledger import LedgerKeeper
from eventq.loops.produce.messages import Ended, Go, Ready
from eventq.loops.produce.start import start_now
from eventq.loops.produce.worker import Worker
from tests.loops.produce.fake_producer import FakeProducer, TickingClock

RUN = RunLine("372d8a68", 0, 1, "orders", None, None, "all", True, "id", 7, "2026-01-31T12:00:00.000Z")
AHEAD = 500
TENTH = 0.1 + 0.1  # and the turn of the loop that comes next, which waits no longer than that


class MemoryStore:
    """Its disk is full after `room` writes; `events` says in which order things happened."""

    def __init__(self, producer: FakeProducer, room: int = 10**6) -> None:
        self.lines: list[tuple[int, Line]] = []
        self.written_at: list[float] = []
        self.synced_lines = 0
        self.closed = False
        self._producer, self._room = producer, room

    def open(self) -> None: ...

    def write(self, text: bytes) -> None:
        self._room -= 1
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        new = text.splitlines(keepends=True)
        self.written_at += [self._producer._clock.seconds] * len(new)
        self.lines += [(len(self._producer.taken), decoded(line)) for line in new]

    def begin_sync(self) -> None:
        self._syncing = len(self.lines)

    def synced(self) -> None:
        self.synced_lines = self._syncing

    def close(self) -> None:
        self.closed = True


class LedgerRun:
    """One worker that is told to go."""

    def __init__(self, count: int, rate: int | None = None, writes: int = 10**6) -> None:
        clock = TickingClock()
        settlements = Settlements()
        self.producer = FakeProducer(clock, settlements=settlements)
        self.store = MemoryStore(self.producer, writes)
        self.told: list[Any] = []
        paced = schedule(None if rate is None else Fraction(rate), count, None)
        feed = GeneratedFeed(1, KeyRule(), Share(), count, "372d8a68")
        keeper = LedgerKeeper(self.store, settlements, RUN, AHEAD, clock)
        inbox: deque[Any] = deque()

        def take(message: object) -> None:
            self.told.append(message)
            if isinstance(message, Ready):
                inbox.append(Go(start_now(clock)))

        Worker(paced, feed, self.producer, InProcessLink(inbox, take), clock, keeper).run()
        self.lines = [line for _, line in self.store.lines]


@pytest.mark.parametrize("rate", [None, 1000, 3])
def test_no_event_is_handed_over_before_it_is_announced_and_on_the_disk(rate: int | None) -> None:
    run = LedgerRun(3000 if rate != 3 else 30, rate)
    announced = 0
    for taken, line in run.store.lines:
        assert taken <= announced or isinstance(line, SettledLine | EndLine)
        if isinstance(line, OfferLine):
            announced = line.to
    offers = [line.to for line in run.lines if isinstance(line, OfferLine)]
    assert offers == sorted(offers)
    assert len(run.producer.taken) <= offers[-1]


def test_every_event_is_settled_once_and_the_end_adds_up() -> None:
    run = LedgerRun(3000)
    assert run.lines[0] == RUN
    assert run.lines[-1] == EndLine(3000, 3000, 0, 0, 0, 0, complete=True)
    acked = [line for line in run.lines if isinstance(line, SettledLine)]
    assert {line.fate for line in acked} == {Fate.ACKED}
    numbers = [n for line in acked for first, last in line.spans for n in range(first, last + 1)]
    assert sorted(numbers) == list(range(3000))
    assert run.store.closed


@pytest.mark.parametrize("writes", [0, 1, 2, 3])
def test_a_ledger_that_cannot_be_written_ends_the_run_in_order(writes: int) -> None:
    run = LedgerRun(100_000, writes=writes)
    failed = [message for message in run.told if isinstance(message, Failed)]
    assert [message.message for message in failed] == ["the ledger can't be written: No space left on device"]
    ended = run.told[-1]
    assert isinstance(ended, Ended)
    assert ended.offered.count == ended.deliveries.acked < 100_000
    assert run.producer.ended
    assert len(run.store.lines) == writes


@pytest.mark.parametrize("rate", [None, 20, 1000, 30_000])
def test_whenever_a_run_is_killed_the_acknowledgements_of_a_tenth_of_a_second_at_most_are_not_told(
    rate: int | None,
) -> None:
    run = LedgerRun(200 if rate == 20 else 5000, rate)
    told = [
        (at, sum(last + 1 - first for first, last in line.spans))
        for at, (_, line) in zip(run.store.written_at, run.store.lines, strict=True)
        if isinstance(line, SettledLine)
    ]
    assert len(told) > 1 or rate is None
    for killed, _ in run.producer.acknowledged:
        known = sum(count for at, count in told if at <= killed)
        older = max((count for at, count in run.producer.acknowledged if at <= killed - TENTH), default=0)
        assert known >= older
