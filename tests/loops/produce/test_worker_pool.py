"""The parent of workers that a test plays, from their start to their end."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest

from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.core.produce.feed import Share
from eventq.core.produce.pacing import Schedule, schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.core.produce.stage_report import SendSpan, StageOffered
from eventq.core.produce.stages import NANO
from eventq.loops.processes.child import Child
from eventq.loops.processes.messages import Failed, Stop
from eventq.loops.produce.messages import Dying, Ended, Go, Ready, WorkerProgress
from eventq.loops.produce.parent import DIED, WorkerPool
from tests.loops.fake_children import FakeChild, FakeClock, Script

PACED = schedule(Fraction(100), None, None)


class Display:
    def __init__(self) -> None:
        self.shown: list[tuple[int, int]] = []

    def begin(self, _at: float) -> None: ...

    def show(self, _now: float, offered: Offered, deliveries: Deliveries) -> None:
        self.shown.append((offered.count, deliveries.acked))


class PoolHarness:
    """Workers that a test plays, and their pool; each start takes `start_seconds`."""

    def __init__(
        self,
        count: int = 2,
        paced: Schedule = PACED,
        *,
        keyed: bool = False,
        start_seconds: float = 0.0,
        epoch: int | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.start_seconds = start_seconds
        self.refusal: EventqError | None = None
        self.started: list[int] = []
        self.script = Script(self.clock)
        self.display = Display()
        self.workers = [FakeChild(n) for n in range(count)]
        shares = [Share(n, count) for n in range(count)]
        self.pool = WorkerPool(
            paced, shares, self.launch, self.script.wait, self.clock, self.display, keyed=keyed, epoch=epoch
        )

    def launch(self, number: int) -> Child:
        if self.refusal is not None:
            raise self.refusal
        self.clock.seconds += self.start_seconds
        self.started.append(number)
        return self.workers[number].child

    def run(self, steps: Callable[[], Iterator[None]]) -> Outcome:
        self.script.play(steps())
        return self.pool.run()

    def ready(self) -> None:
        for worker in self.workers:
            worker.say(Ready())

    def heard(self) -> list[list[type]]:
        return [[type(message) for message in worker.heard] for worker in self.workers]


def progress(offered: int, acked: int) -> Any:
    return WorkerProgress(Offered(offered), Deliveries(acked))


def ended(offered: int, acked: int, end: float = 1100.0) -> Any:
    return Ended(Offered(offered), Deliveries(acked), end)


def test_the_clock_starts_for_all_once_all_are_ready() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        one.say(Ready())
        yield
        assert harness.heard() == [[], []]
        two.say(Ready())
        yield
        assert harness.heard() == [[Go], [Go]]
        assert one.last() == two.last() == Go(harness.pool.start)
        assert harness.pool.start.at > harness.clock.monotonic() - 0.1
        one.end(ended(5, 5, 1001.0))
        two.end(ended(4, 4, 1002.0))
        yield

    assert harness.run(steps) is Outcome.REACHED
    assert (harness.pool.offered.count, harness.pool.deliveries.acked, harness.pool.end) == (9, 9, 1002.0)
    assert harness.pool.error is None


def test_progress_of_all_is_added_up_and_shown_from_the_start_on() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        yield
        assert harness.display.shown == []
        harness.ready()
        yield
        one.say(progress(10, 8))
        two.say(progress(5, 5))
        yield
        yield
        assert harness.display.shown[-1] == (15, 13)
        one.say(progress(20, 19))
        yield
        yield
        assert harness.display.shown[-1] == (25, 24)
        one.end(ended(20, 20))
        two.end(ended(5, 5))
        yield

    assert harness.run(steps) is Outcome.REACHED


def test_many_words_at_once_are_shown_once() -> None:
    harness = PoolHarness(1)

    def steps() -> Iterator[None]:
        harness.ready()
        harness.workers[0].say(*[progress(n, n) for n in range(50)])
        yield
        assert len(harness.display.shown) == 1
        harness.workers[0].end(ended(50, 50))
        yield

    harness.run(steps)


def test_a_worker_that_dies_before_it_is_ready_ends_the_run_with_nothing_unknown() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        one.say(Ready())
        two.die()
        yield

    assert harness.run(steps) is Outcome.FAILED
    assert one.child.exit == "SIGKILL"
    assert str(harness.pool.error) == "worker 2 died (SIGKILL): the outcome of 0 events is unknown"
    assert (harness.pool.offered.count, harness.pool.deliveries.unknown) == (0, 0)
    assert harness.pool.end == harness.pool.start.at


def test_a_worker_that_dies_in_mid_run_leaves_what_it_may_have_sent_unknown() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        two.say(progress(10, 7))
        two.die()
        harness.clock.seconds = harness.pool.start.at + 1.0
        yield
        yield
        assert isinstance(one.last(), Stop)
        one.end(ended(50, 50, 1003.0))
        yield

    assert harness.run(steps) is Outcome.FAILED
    lost = harness.pool.deliveries
    assert lost.acked == 57
    assert lost.errors == {DIED: lost.unknown}
    assert lost.unknown >= 50 - 7
    assert harness.pool.offered.count == lost.settled
    assert f"the outcome of {lost.unknown} events is unknown" in str(harness.pool.error)


@pytest.mark.parametrize(("paced", "keyed"), [(PACED, True), (schedule(None, None, None), False)])
def test_where_only_a_worker_knows_its_events_what_it_told_counts(paced: Schedule, keyed: bool) -> None:
    harness = PoolHarness(2, paced, keyed=keyed)
    one, two = harness.workers

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        two.say(progress(10, 7))
        two.die()
        harness.clock.seconds += 5
        yield
        one.end(ended(50, 50))
        yield

    assert harness.run(steps) is Outcome.FAILED
    assert (harness.pool.offered.count, harness.pool.deliveries.unknown) == (60, 3)


def test_a_worker_that_dies_after_its_last_figures_has_lost_nothing() -> None:
    harness = PoolHarness(1)

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        harness.workers[0].say(ended(50, 50))
        harness.workers[0].die()
        yield

    assert harness.run(steps) is Outcome.REACHED
    assert (harness.pool.deliveries.acked, harness.pool.error) == (50, None)


def test_a_worker_that_cannot_begin_ends_the_run_with_its_error() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        one.say(Ready())
        two.end(Failed("nobody answers", "is Kafka running there?"), code=1)
        yield

    assert harness.run(steps) is Outcome.FAILED
    assert (one.child.exit, two.child.exit) == ("SIGKILL", 1)
    assert harness.pool.error is not None
    assert (str(harness.pool.error), harness.pool.error.hint) == ("nobody answers", "is Kafka running there?")


def test_a_worker_that_fails_in_mid_run_leaves_unknown_events_and_tells_its_own_error() -> None:
    harness = PoolHarness(1)

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        harness.workers[0].say(progress(500, 400))
        harness.workers[0].end(Failed("a worker met an unexpected ValueError: x", None), code=1)
        yield

    assert harness.run(steps) is Outcome.FAILED
    assert str(harness.pool.error) == "a worker met an unexpected ValueError: x"
    assert (harness.pool.offered.count, harness.pool.deliveries.unknown) == (500, 100)


@pytest.mark.parametrize("outcome", [Outcome.SIGINT, Outcome.SIGTERM])
def test_a_stop_before_all_are_ready_starts_no_clock_and_ends_all_at_once(outcome: Outcome) -> None:
    """None has sent anything, and a worker may look for a broker for long."""
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        one.say(Ready())
        yield
        harness.pool.ask(outcome)
        two.say(Ready())
        yield

    assert harness.run(steps) is outcome
    assert harness.heard() == [[Stop], [Stop]]
    assert (one.child.exit, two.child.exit) == ("SIGKILL", "SIGKILL")
    assert (harness.pool.error, harness.pool.end - harness.pool.start.at) == (None, 0.0)


@pytest.mark.parametrize("outcome", [Outcome.SIGINT, Outcome.SIGTERM])
def test_a_stop_ends_a_run_that_is_still_starting_workers(outcome: Outcome) -> None:
    harness = PoolHarness(500, start_seconds=0.2)

    def steps() -> Iterator[None]:
        yield
        yield
        harness.pool.ask(outcome)
        yield

    assert harness.run(steps) is outcome
    assert harness.started == [0, 1, 2]
    assert {worker.child.exit for worker in harness.workers[:3]} == {"SIGKILL"}
    assert harness.pool.offered.count == 0


def test_workers_that_die_while_others_are_started_are_noticed() -> None:
    harness = PoolHarness(500, start_seconds=0.2)

    def steps() -> Iterator[None]:
        harness.workers[0].die()
        yield

    assert harness.run(steps) is Outcome.FAILED
    assert "worker 1 died (SIGKILL)" in str(harness.pool.error)
    assert harness.started == [0]


def test_a_system_that_gives_no_more_processes_ends_the_run_and_says_so() -> None:
    harness = PoolHarness(500, start_seconds=0.2)

    def steps() -> Iterator[None]:
        harness.refusal = EventqError("worker-1 could not be started: out of memory")
        yield

    assert harness.run(steps) is Outcome.FAILED
    assert str(harness.pool.error) == "worker-1 could not be started: out of memory"


def test_a_stop_in_mid_run_is_told_once_and_the_flushed_figures_count() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        harness.pool.ask(Outcome.SIGTERM)
        harness.pool.ask(Outcome.SIGINT)
        yield
        one.say(progress(10, 5))
        yield
        assert harness.heard() == [[Go, Stop], [Go, Stop]]
        one.end(ended(10, 10))
        two.end(ended(9, 9))
        yield

    assert harness.run(steps) is Outcome.SIGTERM
    assert harness.pool.deliveries.acked == 19


def test_a_death_after_a_stop_is_told_and_the_run_still_ended_by_the_signal() -> None:
    harness = PoolHarness(1)

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        harness.workers[0].say(progress(10, 5))
        harness.pool.ask(Outcome.SIGINT)
        yield
        harness.workers[0].die()
        yield

    assert harness.run(steps) is Outcome.SIGINT
    assert "worker 1 died" in str(harness.pool.error)
    assert harness.pool.deliveries.unknown > 0


def test_a_second_signal_kills_those_that_have_not_ended() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        one.end(ended(1, 1))
        yield
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        harness.run(steps)
    assert (one.child.exit, two.child.exit) == (0, "SIGKILL")


def test_an_os_error_of_the_display_is_raised_and_no_worker_is_said_to_have_died() -> None:
    harness = PoolHarness(1)

    def full(*_: Any) -> None:
        raise OSError("no space left on device")

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        harness.workers[0].say(progress(10, 5))
        yield

    harness.display.show = full  # type: ignore[assignment]
    with pytest.raises(OSError, match="no space left"):
        harness.run(steps)
    assert (harness.pool.error, harness.workers[0].child.exit) == (None, "SIGKILL")


def test_stages_are_summed_over_the_workers() -> None:
    harness = PoolHarness()

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        for number, worker in enumerate(harness.workers):
            stage = StageOffered()
            stage.add(0, SendSpan(10, 1.0 + number, 2.0 + number, number, 90 + number))
            stage.slip_ms.add(5.0 * (number + 1), 10)
            worker.end(Ended(Offered(10), Deliveries(10), 3.0, {1: stage}))
        yield

    harness.run(steps)
    (stage,) = harness.pool.stages.values()
    assert stage.turns == {0: SendSpan(20, 1.0, 3.0, 0, 91)}
    assert (stage.slip_ms.total, stage.slip_ms.max) == (20, 10.0)


def test_all_workers_hear_of_the_start_that_was_asked_for() -> None:
    harness = PoolHarness(epoch=(1_900_000_000 * NANO))

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        for worker in harness.workers:
            worker.end(Ended(Offered(), Deliveries(), 3.0))
        yield

    harness.run(steps)
    starts = [
        message.start.epoch
        for worker in harness.workers
        for message in worker.heard
        if isinstance(message, Go)
    ]
    assert starts == [1_900_000_000 * NANO] * 2


def test_a_worker_that_was_killed_on_purpose_has_told_how_far_it_was() -> None:
    harness = PoolHarness()
    one, two = harness.workers

    def steps() -> Iterator[None]:
        harness.ready()
        yield
        harness.clock.seconds += 3
        two.say(Dying(Offered(100), Deliveries(40)))
        two.die()
        yield
        one.end(ended(70, 70))
        yield

    assert harness.run(steps) is Outcome.FAILED
    assert str(harness.pool.error) == "worker 2 died (SIGKILL): the outcome of 60 events is unknown"
    assert harness.pool.error is not None
    assert harness.pool.error.hint == "as --fault asked for"
    assert (harness.pool.offered.count, harness.pool.deliveries.unknown) == (170, 60)
    (kill,) = harness.pool.injected
    assert (kill.worker, kill.offered) == (1, 100)
