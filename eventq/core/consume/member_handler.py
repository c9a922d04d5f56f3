"""What a consumer of a group tells the member that it serves: the broker floor calls, the loop obeys."""

from typing import Protocol

from eventq.core.consume.report import Offsets, Reset


class MemberHandler(Protocol):
    """Called inside poll and close only, and never while records are in the member's hands."""

    def assigned(self, partitions: tuple[int, ...], member_id: str, generation: int) -> None:
        """All that the member has now, in the group's new generation."""
        ...

    def placed(self, partition: int, start: int, skipped: int) -> None:
        """The group had no commit there: it begins at `start`, which is committed."""
        ...

    def was_reset(self, reset: Reset) -> None: ...

    def revoking(self, positions: Offsets) -> Offsets:
        """What to commit before these partitions are given up; `revoked` follows with how that went."""
        ...

    def revoked(self, partitions: tuple[int, ...], reason: str | None) -> None:
        """They are gone; `reason` says why what `revoking` asked was not committed."""
        ...
