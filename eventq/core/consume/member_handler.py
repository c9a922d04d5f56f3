"""What a consumer of a group tells the member that it serves: the broker floor calls, the loop obeys."""

from typing import Protocol

from eventq.core.consume.report import Offsets


class MemberHandler(Protocol):
    """Hears of rebalances, inside poll and close only, and never while records are in the member's hands.

    A client may call from a thread of its own while the member waits; no call may use the consumer.
    """

    def assigned(self, partitions: tuple[int, ...], member_id: str, generation: int) -> None:
        """All that the member has now, in the group's new generation. What is new waits for `begin`."""
        ...

    def revoking(self, positions: Offsets) -> Offsets:
        """What to commit before these partitions are given up; `revoked` follows with how that went."""
        ...

    def revoked(self, partitions: tuple[int, ...], reason: str | None) -> None:
        """They are gone; `reason` says why what `revoking` asked was not committed. Without `revoking`
        before it they were lost: others have them already, and nothing is committed.
        """
        ...
