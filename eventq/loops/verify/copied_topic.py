"""A topic that events were copied to, as a sink of an audit; see core/verify/copied.py."""

from collections.abc import Iterator

from eventq.core.clock import Clock
from eventq.core.kafka import Isolation
from eventq.core.verify.copied import copied_rows
from eventq.core.verify.log_pass import PartitionLog
from eventq.core.verify.sink_pass import SinkRows
from eventq.core.verify.stamps import StampKind
from eventq.loops.verify.audit import KafkaAccess, known_bounds
from eventq.loops.verify.topic_log import read_log


class CopiedTopic:
    """Serves SinkSource of judge.py. `cluster` reads committed records of this topic."""

    ordered = True

    def __init__(self, topic: str, cluster: KafkaAccess, clock: Clock) -> None:
        self._topic, self._cluster, self._clock = topic, cluster, clock
        self.name = f"kafka:{topic}"

    def check(self) -> None:
        """NotFound where there is no such topic, EventqError where it can't be read."""
        self._partitions()

    def rows(self, stamp: StampKind) -> Iterator[SinkRows]:
        partitions = self._partitions()
        with self._cluster.log() as reader:
            for records in read_log(reader, self._topic, partitions, self._clock):
                if len(records):
                    yield from copied_rows(records, stamp)

    def _partitions(self) -> dict[int, PartitionLog]:
        """Up to what is written, not to what is stable: a commit is seen in the group before it is seen in
        the topic, and a transaction that is still open there hides what others have committed behind it.
        """
        with self._cluster.lag() as reader:
            _, bounds = known_bounds(reader, self._topic, Isolation.READ_UNCOMMITTED, self._clock)
        return {
            key.partition: PartitionLog(key.partition, one.log_start or 0, one.end or 0, one.end or 0, None)
            for key, one in bounds.items()
        }
