"""The names of what can be found of events, and which of it a guarantee of delivery allows."""

from enum import Enum

from eventq.core.consume.delivery import Delivery


class AuditVerdict(str, Enum):
    """UNFINISHED: nothing is wrong so far, and not everything could be judged yet."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNFINISHED = "unfinished"


class Name(str, Enum):
    """`sink` is whatever tells which events were processed.

    LOST_IN_LOG          acknowledged, and not in the log though the log begins before it
    EXPIRED              acknowledged, deleted from the log by retention before it was processed
    LOST                 acknowledged, in the log below the group's commit, not processed
    PENDING              acknowledged, at or above the group's commit, not processed yet
    DUPLICATE_IN_LOG     at more than one offset
    DUPLICATE            processed more often than it is in the log
    REORDERED_IN_LOG     in a partition, its first record comes after that of a later event of the same worker
    REORDERED            the same, of the order in which a partition's events were processed
    INCONSISTENT         where it was acknowledged to be, the log has another event
    FAILED_BUT_PRESENT   reported as refused for certain, and there
    ABORTED_READ         of an aborted transaction, and read all the same
    PHANTOM              with a sequence number or a worker that its run never had
    FOREIGN              of another run
    UNSTAMPED            without an identity
    UNKNOWN_PRESENT      its producer does not know what became of it, and it is there
    UNKNOWN_ABSENT       the same, and it is not
    """

    LOST_IN_LOG = "lost-in-log"
    EXPIRED = "expired"
    LOST = "lost"
    PENDING = "pending"
    DUPLICATE_IN_LOG = "duplicate-in-log"
    DUPLICATE = "duplicate"
    REORDERED_IN_LOG = "reordered-in-log"
    REORDERED = "reordered"
    INCONSISTENT = "inconsistent"
    FAILED_BUT_PRESENT = "failed-but-present"
    ABORTED_READ = "aborted-read"
    PHANTOM = "phantom"
    FOREIGN = "foreign"
    UNSTAMPED = "unstamped"
    UNKNOWN_PRESENT = "unknown-present"
    UNKNOWN_ABSENT = "unknown-absent"


COUNTED_ONLY = frozenset({Name.FOREIGN, Name.UNSTAMPED, Name.UNKNOWN_PRESENT, Name.UNKNOWN_ABSENT})
"""Facts that no guarantee says anything of."""

IN_LOG = frozenset(
    {
        Name.LOST_IN_LOG,
        Name.EXPIRED,
        Name.DUPLICATE_IN_LOG,
        Name.REORDERED_IN_LOG,
        Name.INCONSISTENT,
    }
)
"""What only a look into the log can tell."""

IN_SINK = frozenset({Name.LOST, Name.DUPLICATE})
"""What only a sink can tell."""


def allowed(name: Name, delivery: Delivery, *, idempotent: bool = True) -> bool | None:
    """Whether a guarantee allows it; None for what is only not finished yet.

    `idempotent`: the producers of those that are twice in the log had promised that none would be.
    """
    if name is Name.PENDING:
        return None
    if name in {Name.LOST, Name.REORDERED}:  # who is stopped after its commit may write behind its successor
        return delivery is Delivery.AT_MOST_ONCE
    if name is Name.DUPLICATE:
        return delivery is Delivery.AT_LEAST_ONCE
    if name is Name.DUPLICATE_IN_LOG:
        return not idempotent
    return name in COUNTED_ONLY
