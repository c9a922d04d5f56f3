"""Where a group's parent shows itself and what it asks of the cluster; the command hands both over."""

from typing import Protocol

from eventq.core.consume.report import GroupNow, Offsets


class ConsumeDisplay(Protocol):
    """OSError where stdout or stderr can't be written to."""

    def show(self, now: GroupNow) -> None:
        """Called several times a second."""
        ...

    def note(self, text: str) -> None:
        """One line for people, without an end of line."""
        ...

    def write(self, block: bytes) -> bool:
        """Whole lines of events, to stdout as they are; False once nobody reads it."""
        ...


class QueueDepth(Protocol):
    def latest(self) -> int | None:
        """Records that the group has still to read in the topic; None while nobody can say. Never waits."""
        ...


class ClusterAdmin(Protocol):
    """A connection of the parent's own, bound to one topic and one group.

    The removals never raise: what could not be done is left undone.
    """

    def topic_id(self) -> str | None:
        """None when there is no such topic; EventqError where nobody answers just now."""
        ...

    def committed(self) -> Offsets:
        """The next offset of each partition that the group has committed, without those it has not.

        EventqError where nobody answers just now.
        """
        ...

    def remove(self, member_id: str | None, client_id: str) -> bool:
        """Whether a dead member's place in the group could be given up; raises nothing.

        A member that died before it could tell its id (None) is known by its client id.
        """
        ...

    def remove_stale_members(self, prefix: str) -> None:
        """Gives up the places of all whose client ids begin so, as far as it can; raises nothing."""
        ...
