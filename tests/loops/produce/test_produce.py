"""The open loop on a clock that only moves when it is told to, with a producer that takes or refuses."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from eventq.core.outcome import Outcome
from eventq.core.produce.event_batch import Taken
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.keys import KeyRule
from eventq.core.produce.pacing import ConstantRate, Schedule, schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.loops.produce.produce import Produce
from tests.loops.produce.fake_producer import FakeProducer, TickingClock


class Nobody:
    def show(self, now: float, offered: Offered, deliveries: Deliveries) -> None: ...


def produce(paced: Schedule, clock: TickingClock, producer: FakeProducer) -> Produce:
    feed = GeneratedFeed(1, KeyRule(), Share(), paced.total)
    return Produce(paced, feed, producer, clock, Nobody())


@given(st.fractions(Fraction(1), 100_000), st.integers(1, 60), st.integers(1, 7))
@settings(max_examples=30, deadline=None)
def test_every_event_goes_out_once_in_order_and_never_early(rate: Fraction, total: int, room: int) -> None:
    clock = TickingClock()
    producer = FakeProducer(clock, room=room)
    run = produce(ConstantRate(rate, total), clock, producer)
    assert run.run() is Outcome.REACHED
    assert [n for _, n, _ in producer.taken] == list(range(total))
    late = [at - run.start.at - n / rate for at, n, _ in producer.taken]
    assert min(late) >= -1e-9
    assert max(late) <= 0.001 + 0.0006 * total / room
    assert run.offered.count == run.deliveries.acked == run.offered.slip_ms.total == total


def test_a_producer_without_room_makes_slip_and_the_schedule_never_moves() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock, closed=(1.0, 3.0))
    run = produce(schedule(Fraction(100), None, 5.0), clock, producer)
    run.run()
    assert len(producer.taken) == 500
    late = [at - run.start.at - n / 100 for at, n, _ in producer.taken]
    assert max(late[:100]) < 0.01
    assert 1.9 < max(late) < 2.2
    assert max(late[-150:]) < 0.01
    assert run.offered.slip_ms.max is not None
    assert abs(run.offered.slip_ms.max - max(late) * 1000) < 5
    first = run.start.epoch // 1_000_000
    assert all(abs(stamp - first - n * 10) <= 1 for _, n, stamp in producer.taken)


def test_an_unpaced_run_ends_with_its_time_though_nobody_takes_an_event() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock, closed=(0.0, 1e9))
    run = produce(schedule(None, None, 2.0), clock, producer)
    assert run.run() is Outcome.REACHED
    assert run.offered.count == 0
    assert 2.0 <= run.end - run.start.at < 2.5


def test_a_stop_waits_for_what_is_in_flight_but_not_for_ever() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock)
    producer.deaf = True
    run = produce(schedule(Fraction(100), 10, None), clock, producer)

    class Stopping:
        def show(self, _now: float, offered: Offered, _deliveries: Deliveries) -> None:
            run.stop = Outcome.SIGINT if offered.count > 5 else None

    run._display = Stopping()
    assert run.run() is Outcome.SIGINT
    assert run.deliveries.unknown == run.offered.count > 0
    assert 10 <= run.end - run.start.at < 12


def test_what_is_acknowledged_while_no_further_event_comes_is_settled_at_once() -> None:
    """As with lines of a slow writer."""
    clock = TickingClock()
    producer = FakeProducer(clock)

    class SlowFeed:
        head: int | None = 0
        waits = 0

        def wait(self, _seconds: float) -> bool:
            self.waits += 1
            if self.waits == 5:
                self.settled, self.head = producer.deliveries.acked, None
            return False

        def numbers(self, _before: int | None, _most: int) -> range:
            return range(1) if self.head == 0 else range(0)

        def take(self, _stamps: Sequence[int]) -> Taken:
            self.head = 1
            return Taken([b"line"])

    feed = SlowFeed()
    producer.slow_to_answer = True
    Produce(schedule(None, None, None), feed, producer, clock, Nobody()).run()
    assert feed.settled == 1
