"""A producer at whose end stands a kill: for a worker that is to die on purpose."""

from collections.abc import Callable

from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.report import Deliveries
from eventq.loops.produce.produce import EventProducer


class FatalProducer:
    """Hands exactly `most` events over to `producer`; `kill` is called before it is asked for more."""

    def __init__(self, producer: EventProducer, most: int, kill: Callable[[], None]) -> None:
        self._producer, self._left, self._kill = producer, most, kill

    @property
    def deliveries(self) -> Deliveries:
        return self._producer.deliveries

    def begin(self) -> None:
        self._producer.begin()

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        stopped = self._producer.send(batch, start, min(end, start + self._left))
        self._left -= stopped - start
        return stopped

    def poll(self, seconds: float) -> None:
        """The worker has counted by now what it has handed over."""
        if not self._left:
            self._kill()
        self._producer.poll(seconds)

    def finish(self) -> None:
        self._producer.finish()

    def close(self) -> None:
        self._producer.close()
