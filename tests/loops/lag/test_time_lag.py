"""What is interpolated, what is fetched, and how often."""

from collections.abc import Collection, Mapping

from eventq.core.errors import EventqError
from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.lag.snapshot import Assume, GroupLag, PartitionLag, Snapshot, partition_lag
from eventq.core.lag.time_lag import Source, TimeLag
from eventq.loops.lag.time_lag import TimeLags

KEY = TopicPartition("t", 0)


class Records:
    """The record at offset n is dated n."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.down = self.markers = False

    def find(self, ranges: Collection[Range]) -> Mapping[Range, FirstRecord]:
        if self.down:
            raise EventqError("no broker answered")
        self.asked += [rest.start for rest in ranges]
        return {rest: FirstRecord(None if self.markers else float(rest.start)) for rest in ranges}


def part(committed: int | None, end: int, number: int = 0, *, recreated: bool = False) -> PartitionLag:
    key = TopicPartition("t", number)
    return partition_lag(key, committed, Bounds(0, end), Assume.EARLIEST, recreated=recreated)


def sample(lags: TimeLags, at: float, *groups: PartitionLag) -> dict[str, TimeLag]:
    """Each part is of a group of its own: g0, g1, …"""
    made = (GroupLag(f"g{n}", "", "", None, 1, (part,)) for n, part in enumerate(groups))
    return {group: lag for (group, _), lag in lags.of(Snapshot(at, tuple(made)), at, lambda: at + 5).items()}


def test_a_first_sample_is_fetched_and_what_arrives_later_interpolated() -> None:
    records = Records()
    lags = TimeLags(records)
    assert sample(lags, 1000.0, part(900, 950)) == {"g0": TimeLag(100.0, Source.FETCHED)}
    assert sample(lags, 1001.0, part(950, 958)) == {"g0": TimeLag(0.9375, Source.INTERPOLATED)}
    assert records.asked == [900]


def test_a_stuck_group_has_its_record_fetched_once_and_two_groups_there_share_it() -> None:
    records = Records()
    lags = TimeLags(records)
    for n in range(5):
        found = sample(lags, 1000.0 + n, part(900, 950 + n), part(900, 950 + n))
    assert found == dict.fromkeys(("g0", "g1"), TimeLag(104.0, Source.FETCHED))
    assert records.asked == [900]


def test_groups_at_different_places_of_one_partition_each_have_their_own() -> None:
    found = sample(TimeLags(Records()), 1000.0, part(900, 950), part(910, 950), part(950, 950))
    assert {group: lag.seconds for group, lag in found.items()} == {"g0": 100.0, "g1": 90.0}


def test_no_more_than_so_many_are_fetched_for_a_sample_and_the_rest_follows() -> None:
    records = Records()
    lags = TimeLags(records, at_most=2)
    first = sample(lags, 1000.0, *(part(n, 950, n) for n in range(3)))
    assert first["g2"] == TimeLag(note="not read yet: at most 2 records are fetched per sample")
    assert sample(lags, 1000.0, *(part(n, 950, n) for n in range(3)))["g2"].seconds == 998.0
    assert records.asked == [0, 1, 2]


def test_while_nothing_answers_the_age_is_unknown_and_says_why() -> None:
    records = Records()
    lags, records.down = TimeLags(records), True
    assert sample(lags, 1000.0, part(900, 950)) == {"g0": TimeLag(note="no broker answered")}
    records.down = False
    assert sample(lags, 1001.0, part(900, 950))["g0"].seconds == 101.0


def test_a_recreated_topic_has_a_history_of_its_own() -> None:
    lags = TimeLags(Records())
    sample(lags, 1000.0, part(0, 10))
    sample(lags, 1001.0, part(0, 20))
    assert sample(lags, 1002.0, part(15, 30, recreated=True))["g0"].source is Source.FETCHED


def test_the_record_of_a_stuck_group_is_fetched_anew_when_its_topic_was_recreated() -> None:
    records = Records()
    lags = TimeLags(records)
    gone = partition_lag(KEY, None, Bounds(gone=True), Assume.EARLIEST)
    again = part(0, 10, recreated=True)
    for each in (part(0, 10), again, again, gone, again):
        sample(lags, 1000.0, each)
    assert records.asked == [0, 0, 0]


def test_a_sample_that_could_not_be_read_does_not_lose_the_history() -> None:
    lags = TimeLags(Records())
    sample(lags, 1000.0, part(10, 10))
    away = partition_lag(KEY, 10, Bounds(error="away"), Assume.EARLIEST)
    assert sample(lags, 1001.0, away) == {}
    assert sample(lags, 1002.0, part(10, 18))["g0"] == TimeLag(1.875, Source.INTERPOLATED)


def test_a_range_without_a_readable_record_is_looked_through_again_only_when_it_has_grown() -> None:
    records = Records()
    lags, records.markers = TimeLags(records), True
    found = [sample(lags, 1000.0 + n, part(900, 902))["g0"] for n in range(3)]
    assert [(lag.seconds, lag.empty) for lag in found] == [(0.0, True)] * 3
    assert records.asked == [900]
    records.markers = False
    assert sample(lags, 1003.0, part(900, 903))["g0"] == TimeLag(103.0, Source.FETCHED)


def test_a_record_that_arrived_while_the_reads_went_on_is_new_and_not_ahead_of_the_clock() -> None:
    found = sample(TimeLags(Records()), 1000.0, part(1003, 1010), part(1007, 1010))
    assert found["g0"] == TimeLag(0.0, Source.FETCHED)
    assert found["g1"] == TimeLag(
        0.0, Source.FETCHED, "the record is dated 2.0 s ahead of this machine's clock"
    )
