"""Where a group's parent shows itself and what it asks of the cluster; the command hands both over."""

from typing import Protocol

from eventq.core.consume.report import GroupNow, Offsets


class ConsumeDisplay(Protocol):
    """`write` writes whole lines to stdout and is False once nobody reads it."""

    def show(self, now: GroupNow) -> None: ...

    def note(self, text: str) -> None: ...

    def write(self, block: bytes) -> bool: ...


class ClusterAdmin(Protocol):
    """A connection of the parent's own. EventqError where the cluster can't be asked just now."""

    def topic_id(self) -> str | None:
        """None when there is no such topic."""
        ...

    def committed(self) -> Offsets: ...

    def remove(self, member_id: str | None, client_id: str) -> bool:
        """Whether a dead member's place in the group could be given up."""
        ...

    def remove_stale_members(self, prefix: str) -> None:
        """Gives up the places of all whose client ids begin so."""
        ...
