"""What was asked of a produce run."""

from dataclasses import dataclass
from enum import Enum

from eventq.core.ledger.files import ledger_file
from eventq.core.produce.feed import Share
from eventq.core.produce.keys import REPEATING, KeyRule
from eventq.core.produce.pacing import Schedule
from eventq.core.produce.queue_bound import QueueBound
from eventq.core.produce.shard import WHOLE, Shard
from eventq.core.produce.transactions import TransactionPlan
from eventq.core.produce.worker_fault import WorkerFault
from eventq.core.settings.settings import Connection


class Acks(str, Enum):
    ALL = "all"
    LEADER = "1"
    NONE = "0"


class Compression(str, Enum):
    NONE = "none"
    GZIP = "gzip"
    LZ4 = "lz4"
    ZSTD = "zstd"
    SNAPPY = "snappy"


class InputFormat(str, Enum):
    LINES = "lines"
    EVENTS = "events"


class ArrivalKind(str, Enum):
    EVEN = "even"
    POISSON = "poisson"


class Stamp(str, Enum):
    """Where an event says which it is: in its productId, or in a header, or nowhere."""

    AUTO = "auto"
    ID = "id"
    HEADER = "header"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LedgerPlan:
    """`path` as it was given: see core/ledger/files.py for the files of several workers."""

    path: str
    append: bool
    topic_id: str | None = None
    cluster: str | None = None

    def file(self, worker: int) -> str:
        return ledger_file(self.path, worker)


@dataclass(frozen=True, slots=True)
class SendPlan:
    """How events are sent; `linger_ms` and `batch_bytes` None: what suits the client.

    `transactions` None: without any.
    """

    connection: Connection
    client: str
    topic: str
    partition: int | None
    acks: Acks
    compression: Compression
    linger_ms: int | None
    batch_bytes: int | None
    transactions: TransactionPlan | None = None

    @property
    def idempotent(self) -> bool:
        return self.acks is Acks.ALL


@dataclass(frozen=True, slots=True)
class ProducePlan:
    """`seed` and `key` make up events; `input` is a file to read them from instead, `-` standard input.

    Events of an input may keep their partition and their time. `stamp` is never AUTO. `workers` are those of
    this shard, which is the only one if there is no other. `start` is in epoch nanoseconds, None: at once.
    """

    run: str
    send: SendPlan
    schedule: Schedule
    seed: int
    key: KeyRule
    workers: int = 1
    input: str | None = None
    input_format: InputFormat = InputFormat.LINES
    keep_partition: bool = False
    keep_timestamp: bool = False
    stamp: Stamp = Stamp.NONE
    ledger: LedgerPlan | None = None
    bound: QueueBound | None = None
    fault: WorkerFault | None = None
    shard: Shard = WHOLE
    start: int | None = None

    @property
    def has_processes(self) -> bool:
        """Whether workers are processes of their own, as several are, and one that is to be killed."""
        return self.workers > 1 or self.fault is not None

    def share(self, worker: int) -> Share:
        """Of one of this shard's workers."""
        return self.shard.share(worker, self.workers)

    @property
    def total(self) -> int | None:
        """How many events are this shard's, None: without end, or only the keys will tell."""
        total = self.schedule.total
        if total is None or self.shard.alone:
            return total
        return None if self.key.kind in REPEATING else self.shard.share(0, 1).count(total)

    @property
    def id_run(self) -> str | None:
        """The run that ids tell, None if they do not."""
        return self.run if self.stamp is Stamp.ID else None
