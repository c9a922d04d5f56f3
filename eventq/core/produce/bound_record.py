"""What a bounded run saw of its queue: the largest lag, what others added, and what broke the bound."""

from collections.abc import Mapping

from eventq.core.produce.queue_bound import QueueBound
from eventq.core.produce.queue_sample import QueueSample


class BoundRecord:
    """Fed with every sample; `dealt`: events that may have been handed over by then."""

    def __init__(self, bound: QueueBound) -> None:
        self._bound = bound
        self._first_end: int | None = None
        self._consumed: Mapping[int, int] = {}
        self._rewound = False
        self.max_lag: int | None = None
        self.foreign = 0
        self.broken_by: str | None = None

    def see(self, sample: QueueSample, dealt: int) -> None:
        lag = sample.lag
        if lag is None:
            return
        if self._first_end is None:
            self._first_end = sample.end
        self.foreign = max(self.foreign, sample.end - self._first_end - dealt)
        self._rewound = self._rewound or self._went_back(sample.consumed)
        self._consumed = sample.consumed
        if lag > self._bound.max_lag and self.broken_by is None:
            self.broken_by = self._cause()
        self.max_lag = lag if self.max_lag is None else max(self.max_lag, lag)

    def _went_back(self, consumed: Mapping[int, int]) -> bool:
        return any(consumed.get(partition, at) < at for partition, at in self._consumed.items())

    def _cause(self) -> str:
        """`start`: the queue was longer than that when the run began."""
        if self._rewound:
            return "rewind"
        if self.max_lag is None:
            return "start"
        return "foreign" if self.foreign else "unknown"
