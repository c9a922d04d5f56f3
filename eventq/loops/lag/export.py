"""Samples lag on a schedule and publishes each sample; who reads it never asks Kafka anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from eventq.core.clock import Clock
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.export import Sampling
from eventq.core.lag.reads import Commits, Description, ListedGroup, Listing, Topic
from eventq.core.lag.sample import Sample
from eventq.core.lag.select import Selection
from eventq.loops.lag.snapshot import LagReader, Question
from eventq.loops.lag.time_lag import TimeLags
from eventq.loops.lag.watch import Pace, watch


class Selected:
    """A LagReader of the selected groups and topics; the rest costs no request beyond the listing."""

    def __init__(self, reader: LagReader, selection: Selection) -> None:
        self._reader, self._selection = reader, selection

    def list_groups(self) -> Listing:
        found = self._reader.list_groups()
        groups = tuple(group for group in found.groups if self._selection.has_group(group.group))
        return Listing(groups, found.errors)

    def describe(self, groups: Sequence[ListedGroup]) -> Mapping[str, Description]:
        found = self._reader.describe(groups)
        return {name: self._selection.of_description(one) for name, one in found.items()}

    def committed(self, groups: Sequence[str]) -> Mapping[str, Commits]:
        found = self._reader.committed(groups)
        return {name: self._selection.of_commits(one) for name, one in found.items()}

    def topics(self, names: Iterable[str]) -> Mapping[str, Topic]:
        return self._reader.topics(names)

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> Mapping[TopicPartition, Bounds]:
        return self._reader.bounds(leaders, isolation)


def export(
    reader: LagReader,
    question: Question,
    clock: Clock,
    pace: Pace,
    time_lags: TimeLags,
    publish: Callable[[Sample, Sampling], None],
) -> None:
    """Goes on until it is broken off; also a sample that failed is published."""
    sampling, began = Sampling(), clock.monotonic()

    def pause(seconds: float) -> bool:
        nonlocal began
        clock.sleep(seconds)
        began = clock.monotonic()
        return False

    for sample in watch(reader, question, clock, pause, pace, time_lags):
        sampling = sampling.after(sample, clock.monotonic() - began)
        publish(sample, sampling)
