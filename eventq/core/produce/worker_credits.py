"""Credits of a queue as a whole and, where asked for, of each of its partitions, dealt to several workers."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from eventq.core.produce.credits import Credits, shared_out
from eventq.core.produce.deal import HandedOver
from eventq.core.produce.queue_bound import QueueBound
from eventq.core.produce.queue_sample import QueueSample

Limits: TypeAlias = Sequence[tuple[int, Mapping[int, int]]]
"""Of each worker: how many events it may have handed over in all, and to each partition with a bound."""


class WorkerCredits:
    """`limits`, `partition_limits`: what each worker may have handed over in all, and to each partition."""

    def __init__(self, bound: QueueBound, workers: int) -> None:
        self._all = Credits(bound.max_lag)
        self.limits = [0] * workers
        self.partition_limits: list[dict[int, int]] = [{} for _ in range(workers)]
        most = bound.max_partition_lag
        self._parts = {} if most is None else {p: Credits(most) for p in range(bound.partitions)}

    @property
    def total(self) -> int:
        """Of all workers, dealt or not."""
        return self._all.total

    @property
    def by_worker(self) -> Limits:
        return [(limit, dict(parts)) for limit, parts in zip(self.limits, self.partition_limits, strict=True)]

    @property
    def dealt(self) -> int:
        return sum(self.limits)

    def see(self, sample: QueueSample) -> None:
        """A sample with a known lag."""
        self._all.add(sample.lag or 0, sample.settled.events)
        for part in sample.parts:
            if part.partition in self._parts:
                self._parts[part.partition].add(
                    part.lag or 0, sample.settled.partitions.get(part.partition, 0)
                )

    def take_back(self, handed: Sequence[HandedOver]) -> None:
        """What a worker that has ended did not use is for the others."""
        for worker, one in enumerate(handed):
            if one.ended:
                self.limits[worker] = one.events
                self.partition_limits[worker] = dict(one.partitions)

    def deal(self, handed: Sequence[HandedOver]) -> None:
        """All that there is."""
        open_ = [i for i, one in enumerate(handed) if not one.ended]
        self._spread(self.limits, self._all, [one.events for one in handed], open_)
        for partition, one_part in self._parts.items():
            dealt = [limits.get(partition, 0) for limits in self.partition_limits]
            self._spread(dealt, one_part, [one.partitions.get(partition, 0) for one in handed], open_)
            for limits, limit in zip(self.partition_limits, dealt, strict=True):
                limits[partition] = limit

    def _spread(self, dealt: list[int], source: Credits, handed: Sequence[int], among: Sequence[int]) -> None:
        rest = sum(dealt) - sum(dealt[i] for i in among)
        found = shared_out(source.total - rest, [dealt[i] for i in among], [handed[i] for i in among])
        for i, limit in zip(among, found, strict=True):
            dealt[i] = limit
