"""Due times of stages against a search in exact fractions, to the nanosecond."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventq.core.produce.feed import GeneratedFeed
from eventq.core.produce.keys import KeyRule, parse_key
from eventq.core.produce.pacing import Paced
from eventq.core.produce.shard import Shard
from eventq.core.produce.stages import NANO, LoadStage, parse_stages


class Oracle:
    """The definition: event n is due when the integral passes n, one pass of the stages after the other."""

    def __init__(self, stages: Sequence[LoadStage], loop: bool) -> None:
        self._stages, self._loop = stages, loop
        self.length = sum(stage.duration or 0 for stage in stages)
        self.area = sum((stage.mean * (stage.duration or 0) / NANO for stage in stages), start=Fraction(0))

    def integral(self, t: int) -> tuple[Fraction, bool]:
        """And whether it grows from there on."""
        turns, rest = divmod(t, self.length) if self._loop else (0, t)
        found, length = turns * self.area, Fraction(0)
        for stage in self._stages:
            length = Fraction(stage.duration or 0)
            if rest < length:
                slope = (stage.last - stage.first) / length
                return found + (stage.first * rest + slope * rest * rest / 2) / NANO, stage.mean > 0
            rest -= stage.duration or 0
            found += stage.mean * length / NANO
        return found, False

    def total(self, end: int) -> int:
        """Events before the moment `end`: all n below the integral."""
        area, _ = self.integral(min(end, self.length) if not self._loop else end)
        return -(-area.numerator // area.denominator)

    def due(self, n: int) -> int:
        low, high = 0, self.length if not self._loop else self.length * (int(n / self.area) + 2)
        while low < high:
            middle = (low + high) // 2
            area, grows = self.integral(middle)
            if area > n or (area == n and grows):
                high = middle
            else:
                low = middle + 1
        return low


RATES = st.one_of(
    st.just(Fraction(0)),
    st.fractions(min_value=0, max_value=1000, max_denominator=1000),
    st.sampled_from([Fraction(1, 60), Fraction(7, 3600), Fraction(1_000_000), Fraction(10**9)]),
)
DURATIONS = st.one_of(st.integers(1, 20), st.integers(1, 60 * NANO), st.sampled_from([NANO, NANO // 10]))


@st.composite
def stages(draw: st.DrawFn) -> tuple[LoadStage, ...]:
    first = draw(st.lists(st.tuples(DURATIONS, RATES, st.one_of(st.none(), RATES)), min_size=1, max_size=6))
    made = tuple(LoadStage(duration, a, a if b is None else b) for duration, a, b in first)
    return made if any(stage.mean for stage in made) else (*made, LoadStage(NANO, Fraction(5), Fraction(5)))


@given(stages(), st.booleans(), st.data())
@settings(max_examples=400, deadline=None)
def test_every_due_time_is_that_of_the_exact_integral_to_the_nanosecond(
    parts: tuple[LoadStage, ...], loop: bool, data: st.DataObject
) -> None:
    oracle = Oracle(parts, loop)
    end = data.draw(st.integers(1, 3 * oracle.length))
    paced = Paced(parts, loop=loop, duration=end)
    assert paced.total == oracle.total(end)
    for n in data.draw(st.lists(st.integers(0, max(0, paced.total - 1)), max_size=6)):
        if n < paced.total:
            due = oracle.due(n)
            assert paced.due(n) == due
            assert paced.before(due) > n >= paced.before(due - 1)
    if paced.total:
        assert paced.end == oracle.due(paced.total - 1) <= end


@given(stages(), st.booleans(), st.data())
@settings(max_examples=200, deadline=None)
def test_an_event_belongs_to_the_stage_in_which_it_is_due_and_none_to_a_pause(
    parts: tuple[LoadStage, ...], loop: bool, data: st.DataObject
) -> None:
    paced = Paced(parts, loop=loop, duration=3 * Oracle(parts, loop).length)
    assert paced.total is not None
    begins = [sum(stage.duration or 0 for stage in parts[:i]) for i in range(len(parts) + 1)]
    for n in sorted(data.draw(st.lists(st.integers(0, max(0, paced.total - 1)), max_size=6))):
        if n < paced.total:
            place = paced.place(n)
            due = paced.due(n) - place.turn * begins[-1]
            assert begins[place.stage] <= due <= begins[place.stage + 1]
            assert parts[place.stage].mean > 0
            assert n < place.beyond


@pytest.mark.parametrize("key", ["none", "product", "customer:7"])
@pytest.mark.parametrize(("shards", "workers"), [(1, 1), (1, 2), (1, 5), (3, 1), (3, 2)])
@given(parts=stages(), seed=st.integers(0, 5))
@settings(max_examples=10, deadline=None)
def test_workers_and_shards_send_the_one_schedule_between_them(
    key: str, shards: int, workers: int, parts: tuple[LoadStage, ...], seed: int
) -> None:
    paced = Paced(parts, max_messages=2500, loop=True)
    feeds = [
        GeneratedFeed(seed, parse_key(key), Shard(index, shards).share(worker, workers), paced.total)
        for index in range(shards)
        for worker in range(workers)
    ]
    alone = GeneratedFeed(seed, KeyRule() if key == "none" else parse_key(key), Shard().share(0, 1), 2500)
    found = sorted(event for feed in feeds for event in events(feed, paced))
    assert [n for n, *_ in found] == list(range(2500))
    assert found == events(alone, paced)


def events(feed: GeneratedFeed, paced: Paced) -> list[tuple[int, int, bytes]]:
    """Number, due time and value of each, at the end of the schedule."""
    found: list[tuple[int, int, bytes]] = []
    while feed.head is not None:
        numbers = list(feed.numbers(paced.before(paced.end or 0), 400))
        if numbers:
            values = feed.take(paced.stamps(numbers, 0)).values
            found += [(n, paced.due(n), value or b"") for n, value in zip(numbers, values, strict=True)]
    return found


def test_a_load_is_what_was_written() -> None:
    paced = Paced(parse_stages(["1m:30/m..100", "10s:0", "30s:100"]))
    assert paced.total == 60 * (0.5 + 100) / 2 + 3000
    assert paced.end == 100 * NANO - NANO // 100
    assert paced.due(3015) == 70 * NANO
    assert [paced.rate_at(t * NANO) for t in (0, 30, 60, 70, 99, 100)] == [0.5, 50.25, 0, 100, 100, 0]


def test_a_fraction_of_an_event_is_carried_from_stage_to_stage_and_from_pass_to_pass() -> None:
    third = parse_stages(["1s:1/m", "1s:1/m"])
    assert Paced(third).total == 1
    looped = Paced(third, loop=True, duration=600 * NANO)
    assert [looped.due(n) for n in range(3)] == [0, 60 * NANO, 120 * NANO]
    assert looped.total == 10


def test_a_pause_at_the_beginning_delays_the_first_event() -> None:
    assert Paced(parse_stages(["5s:0", "1s:10"])).due(0) == 5 * NANO


def test_without_an_end_there_is_no_total() -> None:
    forever = Paced([LoadStage(NANO, Fraction(1), Fraction(1)), LoadStage(None, Fraction(2), Fraction(2))])
    assert (forever.total, forever.end) == (None, None)
    assert forever.due(1 + 2 * 10**12) == (10**12 + 1) * NANO


def test_a_hundred_thousand_stages_are_as_exact_as_one() -> None:
    many = [LoadStage(NANO // 1000, Fraction(k % 7, 60), Fraction(k % 11)) for k in range(100_000)]
    paced = Paced(many)
    assert paced.total == -(-sum(k % 7 + 60 * (k % 11) for k in range(100_000)) // 120_000)
    few = Paced(many[:1000], max_messages=1)
    assert paced.due(0) == few.due(0)
    assert all(paced.before(paced.due(n)) == n + 1 for n in range(0, paced.total, 1000))
