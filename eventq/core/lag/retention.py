"""The retention clock: how long what a group has not read is kept at least, at the present rates.

    by time:  (retention.ms - age of the first unread record) / (1 - v)
    by bytes: (retention.bytes - unread bytes) / (bytes in - bytes read)

v: how fast the commit moves through the records' own time, in seconds per second. Kafka deletes whole closed
segments and looks every 5 minutes: it may be later, never sooner, while the rates stay what they are.
"""

from dataclasses import dataclass

from eventq.core.lag.advice import RetentionClock
from eventq.core.lag.snapshot import PartitionLag
from eventq.core.text import duration


@dataclass(frozen=True, slots=True)
class Retention:
    """A topic's limits, None: unlimited (as where it is only compacted); `error`: they can't be read."""

    seconds: float | None = None
    bytes: int | None = None
    error: str | None = None

    @property
    def unlimited(self) -> bool:
        return self.seconds is None and self.bytes is None and self.error is None


@dataclass(frozen=True, slots=True)
class Unread:
    """What is known of a partition's unread records: the first one's age in seconds, and v (None: 0).

    `readable` False: there is none that a reader would get. `size`: bytes of the whole log. Where age or size
    is None, its error says why.
    """

    age: float | None = None
    speed: float = 0.0
    readable: bool = True
    size: int | None = None
    arrival: float = 0.0
    consume: float = 0.0
    age_error: str | None = None
    size_error: str | None = None


def clock(part: PartitionLag, retention: Retention, unread: Unread) -> RetentionClock:
    """The lesser of both; 0 where records are being deleted unread."""
    if part.lost:
        return RetentionClock(part.key, 0.0, "records are being deleted unread")
    if not part.lag or not unread.readable or retention.unlimited:
        return RetentionClock(part.key)
    unknown = _unknown(part, retention, unread)
    if unknown is not None:
        return RetentionClock(part.key, unknown=unknown)
    limits = [limit for limit in (_by_time(retention, unread), _by_bytes(part, retention, unread)) if limit]
    return RetentionClock(part.key, *min(limits)) if limits else RetentionClock(part.key)


def _unknown(part: PartitionLag, retention: Retention, unread: Unread) -> str | None:
    if retention.error is not None:
        return retention.error
    if retention.seconds is not None and unread.age is None:
        return unread.age_error or "the age of its first unread record is not known"
    if retention.bytes is not None and (unread.size is None or not part.retained):
        return unread.size_error or "the size of its log is not known"
    return None


def _by_time(retention: Retention, unread: Unread) -> tuple[float, str] | None:
    """Seconds and what limits them; None: no limit, or the commit moves as fast as the records' time."""
    if retention.seconds is None or unread.age is None or unread.speed >= 1:
        return None
    left = max(0.0, retention.seconds - unread.age) / (1 - unread.speed)
    return left, f"retention.ms is {duration(retention.seconds)}"


def _by_bytes(part: PartitionLag, retention: Retention, unread: Unread) -> tuple[float, str] | None:
    """By the average size of the records that are retained; None: what is unread does not grow."""
    if retention.bytes is None or unread.size is None or not part.retained:
        return None
    each = unread.size / part.retained
    growth = each * (unread.arrival - unread.consume)
    room = retention.bytes - each * (part.lag or 0)
    why = f"retention.bytes is {retention.bytes:,}"
    if room <= 0:
        return 0.0, why
    return (room / growth, why) if growth > 0 else None
