"""Whatever happened, an audit counts what a plain look at each event counts."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.ledger.lines import Fate
from eventq.core.verify.names import Name
from tests.verify_world import World, event_id, value

COUNT = 24
times = st.lists(st.integers(0, 5), min_size=COUNT, max_size=COUNT)
fates = st.dictionaries(st.integers(0, COUNT - 1), st.sampled_from([Fate.UNKNOWN, Fate.FAILED, Fate.ABORTED]))
gone = st.sets(st.integers(0, COUNT - 1))
commits = st.tuples(st.integers(0, COUNT // 2 + 3), st.integers(0, COUNT // 2 + 3))
again = st.lists(st.integers(0, COUNT - 1), max_size=4)


def plain(world: World, name: Name) -> int:
    return sum(name in names_of(world, k) for k in range(world.count))


def names_of(world: World, k: int) -> set[Name]:
    places = [
        (p, o) for p, records in world.log.items() for o, record in records.items() if record == value(k)
    ]
    processed, fate = world.processed.count(event_id(k)), world.fates.get(k, Fate.ACKED)
    found = {Name.DUPLICATE_IN_LOG} if len(places) > 1 else set()
    if min(processed, 3) > max(1, min(len(places), 3)):
        found.add(Name.DUPLICATE)
    if fate is Fate.ACKED and not places:
        found.add(Name.LOST_IN_LOG)
    if fate is Fate.ACKED and places and not processed:
        below = any(offset < world.commits[partition] for partition, offset in places)
        found.add(Name.LOST if below else Name.PENDING)
    if fate is Fate.UNKNOWN:
        found.add(Name.UNKNOWN_PRESENT if places or processed else Name.UNKNOWN_ABSENT)
    if fate is Fate.FAILED and (places or processed):
        found.add(Name.FAILED_BUT_PRESENT)
    if fate is Fate.ABORTED and (places or processed):
        found.add(Name.ABORTED_READ)
    return found


@given(times, fates, gone, commits, again)
def test_every_count_is_that_of_a_plain_look_at_each_event(
    processed: list[int],
    given_fates: dict[int, Fate],
    missing: set[int],
    committed: tuple[int, int],
    twice: list[int],
) -> None:
    world = World(COUNT)
    world.fates, world.commits = given_fates, dict(enumerate(committed))
    for k in missing:
        del world.log[k % 2][k // 2]
    for n, k in enumerate(twice):
        world.log[k % 2][COUNT + n] = value(k)
    world.processed = [event_id(k) for k, number in enumerate(processed) for _ in range(number)]
    with tempfile.TemporaryDirectory() as folder:
        found = world.audit(Path(folder), group=True)
    judged = set(Name) - {Name.REORDERED_IN_LOG, Name.REORDERED, Name.INCONSISTENT}
    for name in judged:
        assert found.count(name) == plain(world, name), name
        if found.allowed(name) is False and found.count(name):
            assert len(found.examples[name]) in range(1, 6)
            assert all(name in names_of(world, example.sequence) for example in found.examples[name])
