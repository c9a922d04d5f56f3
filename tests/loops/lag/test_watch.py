"""Which reads a snapshot makes and in which order, and what watch does when they fail."""

from collections.abc import Iterable, Mapping, Sequence

import pytest

from eventq.core.errors import EventqError, ExitCode, NotFound, Stopped
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.advice import Advice
from eventq.core.lag.reads import Commits, Description, ListedGroup, Listing, Topic
from eventq.core.lag.snapshot import GroupLag, Snapshot, Status
from eventq.core.lag.window import Window
from eventq.loops.lag.snapshot import Question, take
from eventq.loops.lag.watch import Pace, watch

KEY = TopicPartition("orders", 0)


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def pause(self, seconds: float) -> bool:
        self.sleep(seconds)
        return False


class FakeReader:
    """Two groups over one topic of one partition; records its calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.down = False
        self.end = 10
        self.topic_id = "a"
        self.exists = True
        self.commits = {KEY: 4}
        self.names = ["g1", "g2"]

    def list_groups(self) -> Listing:
        self.calls.append("list")
        if self.down:
            raise EventqError("no broker answered")
        return Listing(tuple(ListedGroup(name, "Empty", "classic") for name in self.names))

    def describe(self, groups: Sequence[ListedGroup]) -> Mapping[str, Description]:
        self.calls.append("describe")
        if self.down:
            raise EventqError("no broker answered")
        state = dict.fromkeys(self.names, "Empty")
        return {g.group: Description(state.get(g.group, "Dead"), None, ()) for g in groups}

    def committed(self, groups: Sequence[str]) -> Mapping[str, Commits]:
        self.calls.append("committed")
        return {name: Commits(self.commits if name in self.names else {}) for name in groups}

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        self.calls.append("topics")
        found = self.exists and "orders" in names
        return {"orders": Topic("orders", self.topic_id, {0: 1})} if found else {}

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]:
        self.calls.append(f"bounds of {len(leaders)} {isolation.value}")
        return {key: Bounds(0, self.end) for key in leaders}


def test_commits_are_read_before_ends_and_each_partition_once_for_all_groups() -> None:
    reader = FakeReader()
    found = take(reader, Question(), FakeClock())
    assert reader.calls == ["list", "describe", "committed", "topics", "bounds of 1 read-uncommitted"]
    assert [group.lag for group in found.groups] == [6, 6]


@pytest.mark.parametrize("question", [Question(("nope",)), Question(("g1",), ("nope",))])
def test_an_unknown_group_or_topic_is_not_found(question: Question) -> None:
    with pytest.raises(NotFound, match="nope"):
        take(FakeReader(), question, FakeClock())


def test_a_patient_question_waits_for_what_does_not_exist_yet() -> None:
    reader, clock = FakeReader(), FakeClock()
    reader.names = []
    seen = []
    for sample in watch(reader, Question(("late",), patient=True), clock, clock.pause, Pace(samples=2)):
        seen.append([group.group for group in sample.snapshot.groups])
        reader.names = ["late"]
    assert seen == [[], ["late"]]


def test_watch_keeps_the_last_values_as_stale_and_spans_the_gap_with_its_rates() -> None:
    reader, clock = FakeReader(), FakeClock()
    found = []
    for sample in watch(reader, Question(("g1",), patient=True), clock, clock.pause, Pace(samples=3)):
        found.append(sample)
        reader.down = len(found) == 1
        reader.end = 30
    assert [sample.stale for sample in found] == [False, True, False]
    assert found[1].snapshot == found[0].snapshot
    assert found[2].trends["g1"].total.rates.arrival == 10.0


def test_watch_recognises_a_recreated_topic_by_its_id() -> None:
    reader, clock = FakeReader(), FakeClock()
    statuses = []
    for sample in watch(reader, Question(("g1",)), clock, clock.pause, Pace(samples=2)):
        statuses.append(sample.snapshot.groups[0].partitions[0].status)
        reader.topic_id = "b"
    assert statuses == [Status.OK, Status.RECREATED]


@pytest.mark.parametrize("question", [Question(), Question(("g1",))])
def test_watch_shows_a_topic_that_is_deleted_with_the_groups_commits_and_then_created_again(
    question: Question,
) -> None:
    """A group that comes to be afterwards has nothing to do with the old topic."""
    reader, clock, statuses = FakeReader(), FakeClock(), []
    for sample in watch(reader, question, clock, clock.pause, Pace(samples=4)):
        statuses.append([[part.status for part in group.partitions] for group in sample.snapshot.groups])
        reader.exists, reader.commits = len(statuses) > 1, {}
        reader.topic_id = "b"
        if len(statuses) > 2:
            reader.commits, reader.names = {KEY: 4}, ["g1", "late"]
    others = [] if question.groups else [[Status.OK]]
    assert statuses[0] == [[Status.OK], *others]
    assert statuses[1] == [[Status.NO_TOPIC]] + [[Status.NO_TOPIC]] * len(others)
    assert statuses[2] == [[Status.RECREATED]] + [[Status.RECREATED]] * len(others)
    assert statuses[3] == [[Status.RECREATED], *others]


def test_watch_ends_when_asked_during_its_pause() -> None:
    assert len(list(watch(FakeReader(), Question(), FakeClock(), lambda _: True, Pace()))) == 1


class LeaderlessReader(FakeReader):
    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        return {name: Topic(name, "a", {0: 1, 1: None}) for name in names}


def test_a_partition_without_leader_keeps_its_error_and_the_other_its_lag() -> None:
    found = take(LeaderlessReader(), Question(("g1",)), FakeClock())
    one = found.groups[0]
    assert [part.lag for part in one.partitions] == [6, None]
    assert one.partitions[1].error == "the partition has no leader"
    assert (one.lag, one.known_lag, found.complete) == (None, 6, False)


class FailingOverReader(FakeReader):
    """A replica of the offsets topic is away; `g1` is denied when it is first asked for."""

    def describe(self, groups: Sequence[ListedGroup]) -> Mapping[str, Description]:
        found = super().describe(groups)
        if self.calls.count("describe") == 1:
            found = {**found, "g1": Description("Dead", None, ())}
        return found

    def committed(self, groups: Sequence[str]) -> Mapping[str, Commits]:
        found = super().committed(groups)
        return {**found, "g1": Commits()} if self.calls.count("committed") == 1 else found

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        found = super().topics(names)
        return {**found, "__consumer_offsets": Topic("__consumer_offsets", whole=False)}


def test_a_group_is_not_denied_by_a_coordinator_that_has_just_taken_over() -> None:
    found = take(FailingOverReader(), Question(("g1", "g2")), FakeClock())
    assert [(group.group, group.lag) for group in found.groups] == [("g1", 6), ("g2", 6)]


def test_a_group_that_does_not_exist_is_denied_although_a_broker_is_away() -> None:
    reader = FailingOverReader()
    with pytest.raises(NotFound, match="g3"):
        take(reader, Question(("g3",)), FakeClock())


class StoppedReader(FakeReader):
    def list_groups(self) -> Listing:
        raise Stopped(ExitCode.SIGTERM)


def test_a_signal_during_a_read_ends_watch_and_is_not_taken_for_a_failed_sample() -> None:
    clock = FakeClock()
    with pytest.raises(Stopped):
        list(watch(StoppedReader(), Question(), clock, clock.pause, Pace(samples=1)))


class MovingReader(FakeReader):
    """The leader has moved when it is first asked; afterwards the topic may be gone."""

    deleted = False

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        return {} if self.deleted else super().topics(names)

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]:
        found = super().bounds(leaders, isolation)
        if self.calls.count("bounds of 1 read-uncommitted") > 1:
            return found
        self.deleted = self.end == 0
        return {key: Bounds(error="not the leader", moved=True) for key in found}


@pytest.mark.parametrize(("end", "status", "lag"), [(10, Status.OK, 6), (0, Status.NO_TOPIC, None)])
def test_a_partition_whose_leader_moved_is_asked_anew_and_only_a_deleted_one_is_gone(
    end: int, status: Status, lag: int | None
) -> None:
    reader = MovingReader()
    reader.end = end
    found = take(reader, Question(("g1",)), FakeClock()).groups[0].partitions[0]
    assert (found.status, found.lag) == (status, lag)


class LostReader(FakeReader):
    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]:
        super().bounds(leaders, isolation)
        return {key: Bounds(error="not the leader", moved=True) for key in leaders}


def test_a_leader_that_is_never_found_is_an_error_of_that_partition() -> None:
    reader = LostReader()
    found = take(reader, Question(("g1",)), FakeClock())
    assert (found.groups[0].partitions[0].status, found.groups[0].lag) == (Status.ERROR, None)
    assert reader.calls.count("bounds of 1 read-uncommitted") == 10


class HalfListedReader(FakeReader):
    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        hidden = {name: Topic(name, "a", {0: 1, 1: None}) for name in names if name != "orders"}
        return {**hidden, **super().topics(names)}


def test_groups_that_no_broker_can_list_are_missed_aloud_and_only_where_all_are_asked_for() -> None:
    found = take(HalfListedReader(), Question(), FakeClock())
    assert found.errors == ("groups are missing: 1 of 2 partitions of __consumer_offsets have no leader",)
    assert (found.groups[0].lag, found.complete) == (6, False)
    assert take(HalfListedReader(), Question(("g1",)), FakeClock()).complete


def test_watch_has_an_advice_once_a_window_is_seen_and_finds_it_anew_after_ten_seconds() -> None:
    clock, found = FakeClock(), []

    def advise(snapshot: Snapshot, group: GroupLag, _window: Window) -> Advice:
        found.append((snapshot.at, group.group))
        return Advice(keep_up=3)

    pace = Pace(interval=5.0, window=20.0, samples=8)
    advised = [
        set(sample.advice)
        for sample in watch(FakeReader(), Question(("g1",)), clock, clock.pause, pace, None, advise)
    ]
    assert advised == [set()] * 4 + [{"g1"}] * 4
    assert found == [(120.0, "g1"), (130.0, "g1")]
