"""A client of a consumer group, as a member needs it; see broker/consume for who serves it."""

from typing import Protocol

from eventq.core.consume.member_handler import MemberHandler
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets


class GroupConsumer(Protocol):
    """Bound to one topic. Positions lie beyond control and aborted records."""

    def join(self, handler: MemberHandler) -> None: ...

    def poll(self, seconds: float, most: int) -> list[RecordSlice]:
        """At most one slice per partition, `most` records in all; none after `seconds` without any."""
        ...

    def give_back(self, partition: int, offset: int) -> None:
        """The next poll starts at `offset` again."""
        ...

    def positions(self) -> Offsets: ...

    def ends(self) -> Offsets:
        """The partitions' ends as far as they are known without asking."""
        ...

    def commit(self, offsets: Offsets) -> str | None:
        """None, or why it failed."""
        ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def close(self) -> None:
        """Leaves the group."""
        ...
