"""A client of a consumer group, as a member needs it; see broker/consume for who serves it."""

from collections.abc import Sequence
from typing import Protocol

from eventq.core.consume.beginning import PartitionOffsets
from eventq.core.consume.member_handler import MemberHandler
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets


class GroupConsumer(Protocol):
    """Bound to one topic. Positions lie beyond control and aborted records.

    It decides nothing about where partitions begin: what was assigned is not read before `begin`. Every
    method raises EventqError when the group will not have this member; what passes by itself it waits out.
    """

    def join(self, handler: MemberHandler) -> None:
        """Subscribes; the rebalances of later polls are told to `handler`."""
        ...

    def poll(self, seconds: float, most: int) -> list[RecordSlice]:
        """At most one slice per partition, `most` records in all; none after `seconds` without any."""
        ...

    def outside(self) -> Offsets:
        """Positions that the log turned out not to have: nothing more comes of them before `begin`."""
        ...

    def look_up(self, partitions: Sequence[int]) -> dict[int, PartitionOffsets]:
        """What the cluster knows of them; left out are those that it can't say anything of just now."""
        ...

    def begin(self, offsets: Offsets) -> None:
        """The partitions are read from these offsets on, whatever was read of them before."""
        ...

    def give_back(self, partition: int, offset: int) -> None:
        """The next poll starts at `offset` again, which lies before the position."""
        ...

    def positions(self) -> Offsets:
        """The next offset of every partition that has begun."""
        ...

    def ends(self) -> Offsets:
        """The partitions' ends as far as they are known without asking."""
        ...

    def commit(self, offsets: Offsets) -> str | None:
        """Waits until the group has these offsets: None, or why it has them not. Never inside a rebalance."""
        ...

    def group_metadata(self) -> object:
        """The member's place in its group at this moment, for the same client's transactions."""
        ...

    def pause(self) -> None:
        """No records come until `resume`, but the member stays in its group."""
        ...

    def resume(self) -> None:
        """Also when nothing is paused."""
        ...

    def close(self) -> None:
        """Leaves the group; what is left to revoke is told to the handler before."""
        ...
