"""Where a group's parent shows itself and what it asks of the cluster; the command hands both over."""

from typing import Protocol

from eventq.core.consume.report import GroupNow, Offsets


class ConsumeDisplay(Protocol):
    """None of its methods raises."""

    def show(self, now: GroupNow) -> None:
        """Called several times a second; how often anything is drawn is the display's business."""
        ...

    def note(self, text: str) -> None:
        """One line for the user, on stderr."""
        ...

    def write(self, block: bytes) -> bool:
        """Whole lines on stdout; False once nobody reads it."""
        ...


class ClusterAdmin(Protocol):
    """A connection of the parent's own. The removals never raise: what could not be done is left undone."""

    def topic_id(self) -> str | None:
        """None when there is no such topic; EventqError when the cluster can't be asked just now."""
        ...

    def committed(self) -> Offsets:
        """The next offset of each partition that the group has committed, without those it has not.

        EventqError when the cluster can't be asked just now.
        """
        ...

    def remove(self, member_id: str | None, client_id: str) -> bool:
        """Whether a dead member's place in the group could be given up."""
        ...

    def remove_stale_members(self, prefix: str) -> None:
        """Gives up the places of all whose client ids begin so."""
        ...
