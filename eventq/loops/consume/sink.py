"""Where the effects of processed events go, and what remembers how far they went."""

from collections.abc import Mapping
from typing import Protocol

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets


class Sink(Protocol):
    """Of one member. Everything happens between two polls, on the member's own thread, but for the two calls
    of a rebalance: `revoking` and `revoked`, inside a poll, maybe on the client's thread, when no records are
    in the member's hands; they must be brief (no heartbeat is sent meanwhile) and can't use the consumer.

    A sink that keeps positions of its own knows where each partition begins, moves that with its effects in
    one transaction of `commit`, and lets the group's commit follow, for lag. EventqError ends the member.
    """

    def open(self, offsets: Offsets) -> Offsets:
        """Takes over partitions that were assigned, before the first record of any.

        `offsets` is where each begins as the group has it: at its commit, or the start that was asked for.
        Returns the positions of the sink's own, which win; what it keeps none of is left out. It may be asked
        again about the same partitions: a beginning that could not be committed is tried again.
        """
        ...

    def apply(self, records: RecordSlice, faults: Mapping[int, str]) -> int:
        """Processes the records, all of one partition and at least one, in their order.

        `faults` says of those that are malformed, by their index, why. Returns how many were processed, from
        the first on; fewer than all end the member: it was told to stop, or nobody takes the effects. Only
        what `commit` covers is to last: the rest may come again, here or to another member.
        """
        ...

    def commit(self, offsets: Offsets) -> str | None:
        """Makes last what was applied below these offsets, at least one; control records lie between them
        and the last one applied. None when it is done, else why not: it is asked again with later offsets.
        """
        ...

    def revoking(self, offsets: Offsets) -> Offsets:
        """Partitions are about to go; `offsets` are the commits that they need still. Returns which of them
        the client is to commit for the group: those whose effects last. `revoked` follows.
        """
        ...

    def revoked(self, partitions: tuple[int, ...]) -> None:
        """They belong to others now, or will; after a loss they did before this member knew."""
        ...

    def close(self) -> None:
        """The last call: everything is committed that could be, and every partition is revoked."""
        ...
