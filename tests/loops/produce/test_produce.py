"""The open loop on a clock that only moves when it is told to, with a producer that takes or refuses."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from eventq.core.outcome import Outcome
from eventq.core.produce.event_batch import EventBatch, Taken
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.keys import KeyRule
from eventq.core.produce.pacing import Paced, Schedule, schedule
from eventq.core.produce.report import Deliveries, Offered
from eventq.core.produce.stages import NANO, parse_stages
from eventq.loops.produce.produce import Produce
from eventq.loops.produce.start import start_at
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
    run = produce(schedule(rate, total), clock, producer)
    assert run.run() is Outcome.REACHED
    assert [n for _, n, _ in producer.taken] == list(range(total))
    late = [at - run.start.at - n / rate for at, n, _ in producer.taken]
    assert min(late) >= -1e-9
    assert max(late) <= 0.001 + 0.0006 * total / room
    assert run.offered.count == run.deliveries.acked == run.offered.slip_ms.total == total


def test_a_producer_without_room_makes_slip_and_the_schedule_never_moves() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock, closed=(1.0, 3.0))
    run = produce(schedule(Fraction(100), None, 5 * NANO), clock, producer)
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
    run = produce(schedule(None, None, 2 * NANO), clock, producer)
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


def staged(*texts: str, **more: Any) -> Paced:
    return Paced(parse_stages(texts), **more)


def test_each_stage_is_counted_with_its_own_rate_and_slip() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock, closed=(3.0, 4.0))
    run = produce(staged("2s:100", "1s:0", "3s:50..250", "1s:0", "1s:10"), clock, producer)
    run.run()
    assert {place: stage.count for place, stage in run.stages.items()} == {0: 200, 2: 450, 4: 10}
    first, second, third = (run.stages[place] for place in (0, 2, 4))
    assert first.target_rate is not None
    assert abs(first.target_rate - 100) < 1e-6
    assert first.achieved_rate is not None
    assert abs(first.achieved_rate - 100) < 1
    late = [stage.slip_ms.max or 0.0 for stage in (first, second, third)]
    assert late[0] < 10 > late[2]
    assert 900 < late[1] < 1100
    assert sum(stage.slip_ms.total for stage in run.stages.values()) == run.offered.slip_ms.total == 660


def test_the_passes_of_a_stage_are_counted_apart_and_told_as_one() -> None:
    clock = TickingClock()
    run = produce(staged("1s:20", "9s:0", loop=True, max_messages=50), clock, FakeProducer(clock))
    run.run()
    (stage,) = run.stages.values()
    assert [span.count for span in stage.turns.values()] == [20, 20, 10]
    assert stage.target_rate == 20
    assert stage.achieved_rate is not None
    assert abs(stage.achieved_rate - 20) < 1


class Watched(FakeProducer):
    """Keeps when the first of each batch was due, and how many there were."""

    def __init__(self, clock: TickingClock, closed: tuple[float, float]) -> None:
        super().__init__(clock, closed)
        self.seen: list[tuple[float, int]] = []

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        self.seen.append((batch.due, len(batch)))
        return super().send(batch, start, end)


def test_events_of_a_batch_are_due_within_its_time_however_late_it_is() -> None:
    clock = TickingClock()
    producer = Watched(clock, closed=(0.0, 5.0))
    run = produce(staged("5s:10", "1s:100000"), clock, producer)
    run.run()
    assert {count for due, count in producer.seen if due < run.start.at + 5} == {1}
    assert max(count for _, count in producer.seen) == 50


def test_a_run_waits_for_its_start_and_sends_nothing_before() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock)
    run = produce(schedule(Fraction(100), 10), clock, producer)
    start = start_at(clock, int((clock.now() + 3600) * NANO))
    run.run(start)
    assert min(at for at, _, _ in producer.taken) >= start.at
    assert [stamp for _, _, stamp in producer.taken] == [start.epoch // 10**6 + n * 10 for n in range(10)]


def test_a_start_that_has_passed_makes_slip_and_moves_nothing() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock)
    run = produce(schedule(Fraction(100), 500), clock, producer)
    run.run(start_at(clock, int((clock.now() - 3) * NANO)))
    assert run.offered.count == 500
    assert run.offered.slip_ms.max is not None
    assert 3000 <= run.offered.slip_ms.max < 3200


def test_a_stop_ends_the_wait_for_a_start() -> None:
    clock = TickingClock()
    producer = FakeProducer(clock)
    run = produce(schedule(Fraction(100), 10), clock, producer)

    class Stopping:
        def show(self, _now: float, _offered: Offered, _deliveries: Deliveries) -> None:
            run.ask(Outcome.SIGTERM)

    run._display = Stopping()
    begin = clock.seconds
    assert run.run(start_at(clock, int((clock.now() + 3600) * NANO))) is Outcome.SIGTERM
    assert (run.offered.count, producer.ended) == (0, True)
    assert clock.seconds - begin < 10


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
