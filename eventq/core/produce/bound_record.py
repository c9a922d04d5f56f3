"""What a bounded run saw of its queue: the largest lag, what others added, and what broke the bound."""

from collections.abc import Mapping

from eventq.core.produce.queue_bound import QueueBound
from eventq.core.produce.queue_sample import QueueSample


class BoundRecord:
    """Fed with every sample; `dealt`: events that may have been handed over by then."""

    def __init__(self, bound: QueueBound) -> None:
        self._bound = bound
        self._first_end: int | None = None
        self._last_end = 0
        self._consumed: Mapping[int, int] = {}
        self._rewound = False
        self.max_lag: int | None = None
        self.max_partition_lag: int | None = None
        self.foreign = 0
        self.broken_by: str | None = None

    def see(self, sample: QueueSample, dealt: int) -> None:
        lag = sample.lag
        if lag is None:
            return
        if self._first_end is None:
            self._first_end = sample.end
        self._last_end = sample.end
        self.count_foreign(dealt)
        self._rewound = self._rewound or self._went_back(sample.consumed)
        self._consumed = sample.consumed
        part_lag = max(part.lag or 0 for part in sample.parts)
        if self.broken_by is None and self._is_broken(lag, part_lag):
            self.broken_by = self._cause()
        self.max_lag = max(lag, self.max_lag or 0)
        self.max_partition_lag = max(part_lag, self.max_partition_lag or 0)

    def _is_broken(self, lag: int, part_lag: int) -> bool:
        most = self._bound.max_partition_lag
        return lag > self._bound.max_lag or (most is not None and part_lag > most)

    def count_foreign(self, handed: int) -> None:
        """By the last sample; `handed`: at most so many events of the run are in its ends."""
        if self._first_end is not None:
            self.foreign = max(self.foreign, self._last_end - self._first_end - handed)

    def _went_back(self, consumed: Mapping[int, int]) -> bool:
        return any(consumed.get(partition, at) < at for partition, at in self._consumed.items())

    def _cause(self) -> str:
        """`start`: the queue was longer than that when the run began."""
        if self._rewound:
            return "rewind"
        if self.max_lag is None:
            return "start"
        return "foreign" if self.foreign else "unknown"
