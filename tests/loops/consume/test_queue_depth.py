"""The group's lag, read in the background: what it is, and that nothing it meets comes to the parent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event

import pytest

from eventq.core.errors import EventqError
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.reads import Commits, Topic
from eventq.core.lag.snapshot import Assume
from eventq.core.outcome import Outcome
from eventq.loops.consume.queue_depth import BackgroundQueueDepth, DepthReader, GroupAndTopic, queue_depth
from tests.loops.consume.parent_harness import ParentHarness, assigned, progress
from tests.loops.fake_children import FakeClock

OF = GroupAndTopic("g", "orders", Isolation.READ_COMMITTED, Assume.EARLIEST)


def at(partition: int, topic: str = "orders") -> TopicPartition:
    return TopicPartition(topic, partition)


class FakeReader:
    """Three partitions with 100 records each, of which the group has 90, 40 and 0 still to read."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.commits = Commits({at(0): 10, at(1): 60, at(2): 100, at(0, "other"): 1})
        self.leaders: dict[int, int | None] = {0: 1, 1: 1, 2: 2}
        self.bounds_of = dict.fromkeys(map(at, range(3)), Bounds(0, 100, 100))
        self.error: Exception | None = None
        self.isolation: Isolation | None = None

    def committed(self, groups: Sequence[str]) -> Mapping[str, Commits]:
        self.calls.append("committed")
        if self.error is not None:
            raise self.error
        return dict.fromkeys(groups, self.commits)

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        return {name: Topic(name, "id", self.leaders) for name in names if self.leaders}

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]:
        self.calls.append("bounds")
        self.isolation = isolation
        return {key: self.bounds_of[key] for key in leaders}


def test_it_is_over_all_partitions_of_the_topic_and_commits_are_read_before_ends() -> None:
    reader = FakeReader()
    assert queue_depth(reader, OF) == 90 + 40
    assert reader.calls == ["committed", "bounds"]
    assert reader.isolation is Isolation.READ_COMMITTED


def test_a_commit_below_the_log_start_or_beyond_the_end_counts_what_can_be_read() -> None:
    reader = FakeReader()
    reader.bounds_of[at(0)] = Bounds(50, 100, 100)
    reader.commits = Commits({at(0): 10, at(1): 500, at(2): 100})
    assert queue_depth(reader, OF) == 50


@pytest.mark.parametrize(("assume", "depth"), [(Assume.EARLIEST, 230), (Assume.LATEST, 130), (None, None)])
def test_a_partition_without_a_commit_is_counted_from_where_the_group_starts(
    assume: Assume | None, depth: int | None
) -> None:
    reader = FakeReader()
    reader.commits = Commits({at(0): 10, at(1): 60})
    assert queue_depth(reader, GroupAndTopic("g", "orders", Isolation.READ_UNCOMMITTED, assume)) == depth


def without_leader(reader: FakeReader) -> None:
    reader.leaders[1] = None


def with_an_error(reader: FakeReader) -> None:
    reader.bounds_of[at(2)] = Bounds(error="no answer")


def without_commits(reader: FakeReader) -> None:
    reader.commits = Commits(error="the coordinator does not answer")


def without_topic(reader: FakeReader) -> None:
    reader.leaders.clear()


@pytest.mark.parametrize("spoil", [without_leader, with_an_error, without_commits, without_topic])
def test_a_part_that_is_unknown_makes_the_whole_unknown(spoil: Callable[[FakeReader], None]) -> None:
    reader = FakeReader()
    spoil(reader)
    assert queue_depth(reader, OF) is None


class Background:
    """Reads as often as the test lets it; between two reads the test's step looks on."""

    def __init__(self, reader: FakeReader) -> None:
        self.reader, self.clock = reader, FakeClock()
        self.connected, self.closed = 0, 0
        self.refused = False
        self.depth = BackgroundQueueDepth(self.connect, OF, self.clock)

    @contextmanager
    def connect(self) -> Iterator[DepthReader]:
        if self.refused:
            raise EventqError("nobody answers")
        self.connected += 1
        yield self.reader
        self.closed += 1

    def play(self, steps: Iterator[None]) -> None:
        def pause(seconds: float) -> bool:
            self.clock.sleep(seconds)
            return next(steps, self) is self

        self.depth.run(pause)


def test_the_latest_read_stands_over_one_connection_that_is_closed_at_the_end() -> None:
    background = Background(FakeReader())

    def steps() -> Iterator[None]:
        assert background.depth.latest() is None
        yield
        assert background.depth.latest() == 130
        background.reader.commits = Commits(dict.fromkeys(map(at, range(3)), 100))
        yield
        assert background.depth.latest() == 0

    background.play(steps())
    assert (background.connected, background.closed) == (1, 1)


@pytest.mark.parametrize("error", [EventqError("nobody answers"), KeyError("what the client did not expect")])
def test_a_read_that_fails_is_unknown_and_the_next_one_counts(error: Exception) -> None:
    background = Background(FakeReader())

    def steps() -> Iterator[None]:
        yield
        background.reader.error = error
        yield
        assert background.depth.latest() is None
        background.reader.error = None
        yield
        assert background.depth.latest() == 130

    background.play(steps())
    assert background.connected == 1


def test_a_cluster_that_cannot_be_connected_to_is_tried_again() -> None:
    background = Background(FakeReader())
    background.refused = True

    def steps() -> Iterator[None]:
        yield
        assert background.depth.latest() is None
        background.refused = False
        yield
        assert background.depth.latest() == 130

    background.play(steps())


def test_a_read_that_does_not_end_makes_an_old_one_unknown() -> None:
    background = Background(FakeReader())

    def steps() -> Iterator[None]:
        yield
        background.clock.sleep(3.9)
        assert background.depth.latest() == 130
        background.clock.sleep(0.1)
        assert background.depth.latest() is None

    background.play(steps())


def test_the_end_of_a_run_does_not_wait_for_a_read_that_hangs() -> None:
    connecting, over = Event(), Event()

    @contextmanager
    def hang() -> Iterator[DepthReader]:
        connecting.set()
        assert over.wait(60)
        yield FakeReader()

    with BackgroundQueueDepth(hang, OF, FakeClock()) as depth:
        assert connecting.wait(60)
        assert depth.latest() is None
    assert depth._thread.is_alive()
    over.set()
    depth._thread.join(60)
    assert not depth._thread.is_alive()


def test_the_group_is_shown_with_the_depth_of_the_whole_topic_not_that_of_its_own_members() -> None:
    group = ParentHarness(1)
    shown: list[int | None] = []

    def steps() -> Iterator[None]:
        group.members[0].say(assigned(0), progress(5, {0: 5}))
        group.depth.depth = 464
        group.clock.seconds += 1
        yield
        yield
        assert group.display.now is not None
        shown.append(group.display.now.lag)
        group.depth.depth = None
        group.clock.seconds += 1
        yield
        yield
        shown.append(group.display.now.lag)
        group.parent.ending.ask(Outcome.SIGINT)
        yield
        group.end_all()
        yield

    group.run(steps)
    assert shown == [464, None]
