"""What a member and its parent tell each other over their pipe; see member.py and message_handler.py.

A member asks Want and waits for Grant, sends EventLines and waits for Written; nothing else is answered.
At Stop it gives back what is not processed, commits and leaves the group.
"""

from dataclasses import dataclass

from eventq.core.consume.injection import CrashPoint
from eventq.core.consume.report import MalformedRecord, Offsets, Reset, Tally
from eventq.loops.processes.messages import Failed, Stop


@dataclass(frozen=True, slots=True)
class Grant:
    count: int


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to EventLines; not `ok` when nobody reads stdout any more, or it can't be written to."""

    ok: bool


@dataclass(frozen=True, slots=True)
class Resume:
    """A member that was granted less than it wanted may ask again."""


@dataclass(frozen=True, slots=True)
class Flush:
    """Commit now what is processed."""


ToMember = Grant | Written | Resume | Flush | Stop


@dataclass(frozen=True, slots=True)
class Assigned:
    """`generation` tells rebalances apart; `member_id` is what the group's coordinator calls this member."""

    partitions: tuple[int, ...]
    member_id: str
    generation: int


@dataclass(frozen=True, slots=True)
class Placed:
    """The group had no commit in `partition`: it begins at `start`, which is committed now."""

    partition: int
    start: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """`partitions` are left to it; `abandoned` records were processed and not committed: they come again."""

    partitions: tuple[int, ...]
    abandoned: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Want:
    count: int


@dataclass(frozen=True, slots=True)
class EventLines:
    """Whole lines of `count` events, to be written as they are."""

    block: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Committing:
    """Sent before a commit: if the member dies in between, the parent knows what to ask the broker."""

    offsets: Offsets
    covered: int


@dataclass(frozen=True, slots=True)
class Committed:
    """The commit announced last has ended, `reason` says why it failed."""

    reason: str | None


@dataclass(frozen=True, slots=True)
class Aborted:
    """A transaction was not committed: its `count` processed records come again."""

    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """One line for people."""

    text: str


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """Counts since the member's start; it has processed up to `positions`, of partitions up to `ends`."""

    tally: Tally
    positions: Offsets
    ends: Offsets
    last: tuple[int, int] | None
    state: str


@dataclass(frozen=True, slots=True)
class WasReset:
    reset: Reset


@dataclass(frozen=True, slots=True)
class SinkDecides:
    """The sink keeps a position of the partition that is not the group's commit; it continues there."""

    partition: int
    committed: int
    position: int


@dataclass(frozen=True, slots=True)
class MalformedFound:
    record: MalformedRecord


@dataclass(frozen=True, slots=True)
class Crashing:
    """The member kills itself now, as --fault asks for: its last word."""

    point: CrashPoint


ToParent = (
    Assigned
    | Placed
    | Revoked
    | Want
    | EventLines
    | Committing
    | Committed
    | Aborted
    | Told
    | MemberProgress
    | WasReset
    | SinkDecides
    | MalformedFound
    | Crashing
    | Failed
)
