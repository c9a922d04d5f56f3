"""Transactions over a client that does at each end what a test says."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from threading import Event
from typing import Any

import pytest

from eventq.core.errors import EventqError
from eventq.core.ledger.lines import Fate
from eventq.core.ledger.settlements import Settlements
from eventq.core.outcome import Outcome
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.keys import KeyRule
from eventq.core.produce.pacing import schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.core.produce.transactions import TransactionEnd, TransactionFailed, TransactionPlan
from eventq.loops.produce.produce import Produce
from eventq.loops.produce.transactions import TransactionalProducer
from tests.loops.produce.fake_producer import TickingClock

TIMEOUT = 60.0


class Cluster:
    """What all clients with one transactional.id did. `ends`: what the commits and aborts do, in turn."""

    def __init__(self, clock: TickingClock, *ends: Callable[[str], None]) -> None:
        self.clock, self.ends = clock, list(ends)
        self.done: list[str] = []
        self.begun = 0
        self.fail_begin = False
        self.refused: set[int] = set()
        self.lost = False

    def end(self, what: str) -> None:
        if self.ends:
            self.ends.pop(0)(what)
        self.done.append(what)


class Client:
    """Acknowledges in `poll` what it took."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.disturbed = False
        self._deliveries, self._settlements = Deliveries(), Settlements()
        self._taken: list[int] = []
        self.abandoned = False

    def begin(self) -> None:
        if self._cluster.fail_begin:
            raise EventqError("no broker")
        self._cluster.begun += 1

    def open(self, deliveries: Deliveries, settlements: Settlements | None) -> None:
        assert settlements is not None
        self._deliveries, self._settlements = deliveries, settlements
        self.disturbed, self._cluster.lost = self._cluster.lost, False

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        assert not self.abandoned
        self._taken += range(batch.first + start, batch.first + end)
        return end

    def poll(self, seconds: float) -> None:
        self._cluster.clock.seconds += seconds
        for k in self._taken:
            if k in self._cluster.refused:
                self._deliveries.refuse(Fate.FAILED, "MESSAGE_TOO_LARGE")
                self._settlements.settled(Fate.FAILED, "MESSAGE_TOO_LARGE", [(k, k)])
            else:
                self._deliveries.acknowledge(0, k, k)
                self._deliveries.time(1.0, self._cluster.clock.seconds)
                self._settlements.acked([(k, k)], {})
        self._taken = []

    flush = poll

    def commit(self) -> None:
        self._cluster.end("commit")

    def abort(self) -> None:
        self._cluster.end("abort")

    def finish(self) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None:
        self.abandoned = True


class Nobody:
    def show(self, now: float, offered: Offered, deliveries: Deliveries) -> None: ...


class Run:
    def __init__(
        self,
        cluster: Cluster,
        count: int = 100,
        size: int = 10,
        aborts: Sequence[int] = (),
        rate: int | None = None,
    ) -> None:
        self.cluster, self.settlements = cluster, Settlements()
        self.producer = TransactionalProducer(
            lambda: Client(cluster),
            TransactionPlan(size, "p", TIMEOUT),
            0,
            set(aborts).__contains__,
            cluster.clock,
            self.settlements,
        )
        paced = schedule(None if rate is None else Fraction(rate), count, None)
        feed = GeneratedFeed(1, KeyRule(), Share(), count)
        self.produce = Produce(paced, feed, self.producer, cluster.clock, Nobody())

    def run(self) -> Deliveries:
        self.producer.begin()
        self.outcome = self.produce.run()
        return self.producer.deliveries

    @property
    def offered(self) -> int:
        return self.produce.offered.count

    def ledger(self) -> dict[Fate, int]:
        found: dict[Fate, int] = {}
        for line in self.settlements.take():
            count = sum(last + 1 - first for first, last in line.spans)
            found[line.fate] = found.get(line.fate, 0) + count
        return found


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


def fail(*, fenced: bool = False) -> Callable[[str], None]:
    def refuse(_what: str) -> None:
        raise TransactionFailed("WHY", fenced=fenced)

    return refuse


def test_every_n_events_are_one_transaction_and_the_last_has_the_rest(clock: TickingClock) -> None:
    run = Run(Cluster(clock), count=95)
    deliveries = run.run()
    assert run.cluster.done == ["commit"] * 10
    assert deliveries.acked == deliveries.settled == run.offered == 95
    assert deliveries.transactions == {TransactionEnd.COMMITTED: 10}
    assert run.ledger() == {Fate.ACKED: 95}
    assert run.cluster.begun == 1


def test_those_to_abort_are_aborted_when_all_their_events_are_written(clock: TickingClock) -> None:
    run = Run(Cluster(clock), aborts=[0, 4, 9])
    deliveries = run.run()
    assert run.cluster.done == [("abort" if n in {0, 4, 9} else "commit") for n in range(10)]
    assert (deliveries.acked, deliveries.aborted, deliveries.errors) == (70, 30, {})
    assert run.ledger() == {Fate.ACKED: 70, Fate.ABORTED: 30}
    assert deliveries.transactions == {TransactionEnd.COMMITTED: 7, TransactionEnd.ABORTED: 3}


def test_a_transaction_that_misses_an_event_is_aborted_whole_and_the_next_goes_on(
    clock: TickingClock,
) -> None:
    run = Run(Cluster(clock))
    run.cluster.refused = {25}
    deliveries = run.run()
    assert run.cluster.done == ["commit", "commit", "abort", *["commit"] * 7]
    assert (deliveries.acked, deliveries.failed, deliveries.aborted) == (90, 1, 9)
    assert deliveries.errors == {"MESSAGE_TOO_LARGE": 1, "TRANSACTION_ABORTED": 9}
    assert run.ledger() == {Fate.ACKED: 90, Fate.FAILED: 1, Fate.ABORTED: 9}


def test_a_commit_that_fails_and_is_aborted_after_is_aborted_and_followed_by_a_new_producer(
    clock: TickingClock,
) -> None:
    run = Run(Cluster(clock, fail()))
    deliveries = run.run()
    assert run.cluster.done[0] == "abort"
    assert (deliveries.acked, deliveries.aborted, deliveries.unknown) == (90, 10, 0)
    assert deliveries.transactions[TransactionEnd.FAILED] == 1
    assert run.cluster.begun == 2


def test_a_commit_of_which_nobody_knows_whether_it_took_leaves_its_events_unknown(
    clock: TickingClock,
) -> None:
    run = Run(Cluster(clock, fail(), fail()))
    deliveries = run.run()
    assert (deliveries.acked, deliveries.aborted, deliveries.unknown) == (90, 0, 10)
    assert run.ledger() == {Fate.ACKED: 90, Fate.UNKNOWN: 10}
    assert run.cluster.begun == 2


def test_an_abort_that_is_not_answered_is_one_all_the_same_as_nobody_asked_for_a_commit(
    clock: TickingClock,
) -> None:
    run = Run(Cluster(clock, fail()), aborts=[0])
    deliveries = run.run()
    assert (deliveries.acked, deliveries.aborted, deliveries.unknown) == (90, 10, 0)
    assert run.cluster.begun == 2


@pytest.mark.parametrize("doubt", ["slow", "a lost connection"])
def test_an_end_that_leaves_a_doubt_is_followed_by_a_new_producer(clock: TickingClock, doubt: str) -> None:
    def slow(_what: str) -> None:
        clock.seconds += 1.5

    cluster = Cluster(clock, *[slow] * (doubt == "slow"))
    cluster.lost = doubt != "slow"
    run = Run(cluster, count=20)
    assert run.run().acked == 20
    assert cluster.begun == 2


@pytest.mark.parametrize("aborts", [[], [2]])
def test_a_fenced_producer_ends_the_run_and_does_not_take_the_id_back(
    clock: TickingClock, aborts: list[int]
) -> None:
    def nothing(_what: str) -> None: ...

    run = Run(Cluster(clock, nothing, nothing, fail(fenced=True)), aborts=aborts)
    deliveries = run.run()
    assert run.outcome is Outcome.FAILED
    assert "another producer has taken over transactional.id p.0" in str(run.produce.error)
    assert run.cluster.begun == 1
    assert deliveries.settled == run.offered == 30
    assert (deliveries.unknown, deliveries.aborted) == ((0, 10) if aborts else (10, 0))


def test_one_that_the_broker_gave_up_for_its_time_goes_on_with_a_new_producer(clock: TickingClock) -> None:
    def after_its_time(_what: str) -> None:
        clock.seconds += TIMEOUT + 10
        raise TransactionFailed("PRODUCER_FENCED", fenced=True)

    run = Run(Cluster(clock, after_its_time))
    deliveries = run.run()
    assert (deliveries.acked, deliveries.unknown) == (90, 10)
    assert run.cluster.begun == 2


def test_a_transaction_that_fills_slowly_ends_by_half_of_its_time(clock: TickingClock) -> None:
    run = Run(Cluster(clock), count=100, size=1000, rate=1)
    deliveries = run.run()
    assert deliveries.acked == 100
    assert 3 <= deliveries.transactions[TransactionEnd.COMMITTED] <= 4


def test_a_run_without_a_producer_ends_with_an_error(clock: TickingClock) -> None:
    def away(_what: str) -> None:
        cluster.fail_begin = True
        raise TransactionFailed("TIMED_OUT")

    cluster = Cluster(clock, away)
    run = Run(cluster)
    deliveries = run.run()
    assert run.outcome is Outcome.FAILED
    assert deliveries.settled == run.offered == 10


@pytest.mark.parametrize(("what", "fates"), [([], (0, 10)), ([0], (10, 0))])
def test_an_end_that_hangs_is_given_up_with_the_transactions_time_and_the_run_goes_on(
    clock: TickingClock, what: list[int], fates: tuple[int, int]
) -> None:
    released = Event()

    def hang(_what: str) -> None:
        assert released.wait(60)

    run = Run(Cluster(clock, hang), count=20, aborts=what)
    real = run.producer._await

    def hurried(step: Any, seconds: float) -> None:
        """While the first end hangs, time passes."""
        first = run.cluster.begun == 1 and run.producer._open is not None
        clock.seconds += 10 * first
        real(step, min(seconds, 0.001) if first else seconds)

    run.producer._await = hurried  # type: ignore[method-assign]
    deliveries = run.run()
    released.set()
    assert (deliveries.aborted, deliveries.unknown) == fates
    assert deliveries.acked == 10
    assert run.cluster.begun == 2


def test_a_stop_ends_the_open_transaction_with_what_it_has(clock: TickingClock) -> None:
    run = Run(Cluster(clock), count=10_000, size=3000, rate=1000)

    class Stopping:
        def show(self, _now: float, offered: Offered, _deliveries: Deliveries) -> None:
            if offered.count > 4000:
                run.produce.ask(Outcome.SIGTERM)

    run.produce._display = Stopping()
    deliveries = run.run()
    assert run.outcome is Outcome.SIGTERM
    assert deliveries.acked == run.offered > 4000
    assert run.cluster.done == ["commit", "commit"]
