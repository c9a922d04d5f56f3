"""Events get their partitions as far as these have room."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.partitioner import KeyPartitions
from eventq.core.produce.placing import PlacedEvents, Placer

PARTITIONS = 3
KEYS = {KeyPartitions(PARTITIONS).of(b"%d" % n): b"%d" % n for n in range(50)}


def batch(parts: Sequence[int | None], first: int = 0) -> EventBatch:
    """Events with keys that belong to these partitions, None: without a key."""
    keys = [None if part is None else KEYS[part] for part in parts]
    numbers = range(first, first + len(parts))
    return EventBatch(numbers, [b"%d" % n for n in numbers], list(numbers), keys, 0.0, first)


def numbers(found: PlacedEvents) -> list[int]:
    return [number for run in found.runs for number in run.numbers]


def dropped(found: PlacedEvents) -> list[int]:
    return [number for first, count in found.dropped for number in range(first, first + count)]


def test_a_full_partition_drops_its_events_alone() -> None:
    placer = Placer(PARTITIONS, None, drops=True)
    placer.limits = {0: 1, 1: 9, 2: 9}
    found = placer.place(batch([0, 1, 0, 0, 2], first=7))
    assert (numbers(found), dropped(found), found.rest) == ([7, 8, 11], [9, 10], None)
    assert [list(run.partitions or ()) for run in found.runs] == [[0, 1], [2]]


def test_without_dropping_what_comes_behind_waits_too() -> None:
    placer = Placer(PARTITIONS, None, drops=False)
    placer.limits = {0: 1, 1: 9, 2: 9}
    found = placer.place(batch([1, 0, 0, 1]))
    assert numbers(found) == [0, 1]
    assert found.rest is not None
    assert (list(found.rest.numbers), found.rest.first) == ([2, 3], 2)
    placer.limits = {0: 9, 1: 9, 2: 9}
    assert numbers(placer.place(found.rest)) == [2, 3]


def test_events_without_a_key_go_where_there_is_room() -> None:
    placer = Placer(PARTITIONS, None, drops=True)
    placer.limits = {0: 2, 1: 5, 2: 1}
    found = placer.place(batch([None] * 9))
    assert len(numbers(found)) == 8
    assert placer.handed == {0: 2, 1: 5, 2: 1}


def test_what_has_a_partition_keeps_it() -> None:
    placer = Placer(PARTITIONS, 2, drops=True)
    placer.limits = {0: 9, 1: 9, 2: 1}
    found = placer.place(batch([0, 1]))
    assert [list(run.partitions or ()) for run in found.runs] == [[2]]
    assert dropped(found) == [1]


@given(
    st.lists(st.one_of(st.none(), st.integers(0, PARTITIONS - 1)), max_size=30),
    st.lists(st.integers(0, 12), min_size=PARTITIONS, max_size=PARTITIONS),
    st.booleans(),
)
def test_every_event_is_sent_dropped_or_left_and_no_limit_is_passed(
    parts: list[int | None], limits: list[int], drops: bool
) -> None:
    placer = Placer(PARTITIONS, None, drops=drops)
    placer.limits = dict(enumerate(limits))
    found = placer.place(batch(parts))
    rest = [] if found.rest is None else list(found.rest.numbers)
    assert sorted([*numbers(found), *dropped(found), *rest]) == list(range(len(parts)))
    assert all(placer.handed[part] <= limit for part, limit in enumerate(limits))
