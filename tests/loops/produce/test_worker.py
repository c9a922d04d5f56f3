"""A worker, in its parent's process and over a pipe."""

from collections import deque
from collections.abc import Callable
from fractions import Fraction
from multiprocessing import Pipe
from typing import Any

import pytest

from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.keys import KeyRule
from eventq.core.produce.pacing import Schedule, schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.loops.processes.in_process import InProcessChild, InProcessLink, no_wait
from eventq.loops.processes.link import ParentLink
from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_pipe import ParentPipe
from eventq.loops.produce.messages import Dying, Ended, Go, Ready, WorkerProgress
from eventq.loops.produce.parent import WorkerPool
from eventq.loops.produce.start import start_now
from eventq.loops.produce.worker import Worker
from tests.loops.produce.fake_producer import FakeProducer, TickingClock

ENDLESS = schedule(Fraction(100), None, None)


class SingleWorker:
    """A pool of one worker in this process."""

    def __init__(self, paced: Schedule = ENDLESS) -> None:
        self.clock = TickingClock()
        self.producer = FakeProducer(self.clock)
        self.paced = paced
        self.shown: list[int] = []
        self.pool = WorkerPool(
            paced,
            [Share()],
            lambda _number: InProcessChild(self.work),
            no_wait,
            self.clock,
            self,
            keyed=False,
        )

    def work(self, parent: ParentLink) -> None:
        worker(self.paced, self.producer, parent, self.clock).run()

    def begin(self, _at: float) -> None: ...

    def show(self, _now: float, offered: Offered, _deliveries: Deliveries) -> None:
        self.shown.append(offered.count)


def worker(paced: Schedule, producer: FakeProducer, parent: ParentLink, clock: TickingClock) -> Worker:
    return Worker(paced, GeneratedFeed(1, KeyRule(), Share(), paced.total), producer, parent, clock)


def test_a_worker_alone_starts_at_once_and_is_shown_on_its_way() -> None:
    single = SingleWorker(schedule(Fraction(100), 200, None))
    started = single.clock.seconds
    assert single.pool.run() is Outcome.REACHED
    assert single.pool.offered.count == single.pool.deliveries.acked == 200
    assert single.producer.taken[0][0] - started < 0.01
    assert single.shown == sorted(single.shown)
    assert len(single.shown) > 15
    assert 1.9 < single.pool.end - single.pool.start.at < 2.1
    assert single.producer.ended


def test_a_worker_alone_hears_a_stop_and_settles_what_it_sent() -> None:
    single = SingleWorker()

    def stop_at_fifty(_now: float, offered: Offered, _deliveries: Deliveries) -> None:
        if offered.count >= 50:
            single.pool.ask(Outcome.SIGINT)

    single.show = stop_at_fifty  # type: ignore[method-assign]
    assert single.pool.run() is Outcome.SIGINT
    assert 50 <= single.pool.offered.count == single.pool.deliveries.acked < 80


def test_a_stop_while_a_worker_alone_is_not_ready_yet_sends_nothing() -> None:
    single = SingleWorker()
    single.producer.begin = lambda: single.pool.ask(Outcome.SIGTERM)  # type: ignore[method-assign]
    assert single.pool.run() is Outcome.SIGTERM
    assert (single.producer.taken, single.producer.ended) == ([], True)
    assert single.pool.offered.count == 0
    assert single.pool.end == single.pool.start.at


def test_a_worker_alone_that_cannot_begin_raises_its_own_error() -> None:
    single = SingleWorker()

    def nobody() -> None:
        raise EventqError("nobody answers")

    single.producer.begin = nobody  # type: ignore[method-assign]
    with pytest.raises(EventqError, match="nobody answers"):
        single.pool.run()


def test_an_os_error_of_the_display_is_raised_and_the_client_closed() -> None:
    single = SingleWorker()

    def full(_now: float, offered: Offered, _deliveries: Deliveries) -> None:
        if offered.count:
            raise OSError("no space left on device")

    single.show = full  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no space left"):
        single.pool.run()
    assert single.producer.ended


def over_a_pipe(script: Callable[[Any, TickingClock], None]) -> tuple[FakeProducer, list[Any]]:
    """Runs a worker whose parent has done `script` before; its client and what it said."""
    ours, theirs = Pipe()
    clock = TickingClock()
    producer = FakeProducer(clock)
    with theirs:
        script(ours, clock)
        worker(ENDLESS, producer, ParentPipe(theirs, clock), clock).run()
    said: list[Any] = []
    try:
        while not ours.closed:
            said.append(ours.recv())
    except EOFError:
        ours.close()
    return producer, said


def test_a_worker_that_is_told_to_stop_before_the_start_ends_and_sends_nothing() -> None:
    producer, said = over_a_pipe(lambda pipe, _clock: pipe.send(Stop()))
    assert (producer.taken, producer.ended) == ([], True)
    ready, last = said
    assert (ready, last.offered.count, last.end) == (Ready(), 0, 0.0)


def test_a_worker_that_is_told_to_stop_in_mid_run_settles_and_tells_its_last_figures() -> None:
    def script(pipe: Any, clock: TickingClock) -> None:
        pipe.send(Go(start_now(clock)))
        pipe.send(Stop())

    producer, said = over_a_pipe(script)
    assert [type(message) for message in said[:2]] == [Ready, WorkerProgress]
    last = said[-1]
    assert isinstance(last, Ended)
    assert len(producer.taken) == last.offered.count == last.deliveries.acked > 0


def test_a_worker_whose_parent_is_gone_ends() -> None:
    producer, _ = over_a_pipe(lambda pipe, _clock: pipe.close())
    assert (producer.taken, producer.ended) == ([], True)


def test_a_worker_whose_parent_goes_in_mid_run_ends() -> None:
    def script(pipe: Any, clock: TickingClock) -> None:
        pipe.send(Go(start_now(clock)))
        pipe.close()

    producer, _ = over_a_pipe(script)
    assert producer.ended


@pytest.mark.parametrize("most", [1, 7, 200])
def test_a_worker_that_is_to_die_has_handed_over_exactly_so_many_events(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    monkeypatch.setattr("eventq.loops.produce.worker.kill_this_process", kill)
    clock, told = TickingClock(), list[Any]()
    producer, inbox = FakeProducer(clock), deque[Any]([Go(start_now(clock))])
    feed = GeneratedFeed(1, KeyRule(), Share(), 200)
    parent = InProcessLink(inbox, told.append)
    with pytest.raises(Killed):
        Worker(schedule(None, 200, None), feed, producer, parent, clock, dies_after=most).run()
    assert len(producer.taken) == most
    assert isinstance(told[-1], Dying)
    assert told[-1].offered.count == most
