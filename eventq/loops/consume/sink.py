"""Where the effects of processed events go, and what remembers how far they went."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets


class Applied(NamedTuple):
    """`processed` records of a slice, from the first on; the rest comes again.

    `ends`: the member has to leave its group: it was told to stop, or nobody takes the effects any more.
    """

    processed: int
    ends: bool = False


class Sink(Protocol):
    """Of one member. EventqError of any call but a rebalance's ends the member.

    Everything happens between two polls, on the member's own thread, except for the calls of a rebalance:
    `revoking` and `revoked` come inside a poll or at the end, maybe on the client's thread, when no record is
    in the member's hands. They must be brief (no heartbeat is sent meanwhile), and can't use the consumer.

    A sink that keeps positions of its own knows where each partition begins, moves that together with its
    effects when it commits, and lets the group's commit follow, for lag.
    """

    def open(self, offsets: Offsets) -> Offsets:
        """Takes over partitions that were assigned, before the first record of any.

        `offsets` is where each begins as the group has it: at its commit, or the start that was asked for.
        Returns the positions of the sink's own, which win; what it keeps none of is left out. It may be asked
        again about the same partitions: a beginning that could not be committed is tried again.
        """
        ...

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> Applied:
        """Processes the records, all of one partition and at least one, in their order.

        `faults` says of those that are malformed, by their index, why. A sink may take fewer than all, or
        none: when it turns out that others own the partition. Only what `commit` covers is to last: all else
        may come again, here or to another member.
        """
        ...

    def commit(self, offsets: Offsets) -> str | None:
        """Makes `offsets` the positions to continue at, and what was applied below them last.

        One partition or more, those that moved; also the beginnings that nobody remembered, before anything
        is applied. Control records may lie between the last record applied and an offset. None when it is
        done, else why not: then nothing is committed, and it is asked again with these offsets or later ones.
        """
        ...

    def revoking(self, offsets: Offsets) -> Offsets:
        """Partitions are about to go; `offsets` are those that moved and are not committed yet.

        Returns which of them the client is to commit for the group: those whose effects last. How that went
        is told to the parent; `revoked` follows in any case.
        """
        ...

    def revoked(self, partitions: tuple[int, ...]) -> None:
        """They belong to others now, or will; after a loss they did before this member knew."""
        ...

    def refused(self) -> set[int]:
        """Partitions of which the sink found out that others have taken them over: nothing more is applied.

        Whoever still has one after the next poll opens it again.
        """
        ...

    def undone(self) -> frozenset[int]:
        """Partitions of which all that was not committed was thrown away, since it was asked last.

        It comes again. Asked after a commit that failed; they are among `refused` then.
        """
        ...

    def close(self) -> None:
        """The last call: everything is committed that could be, and every partition is revoked."""
        ...
