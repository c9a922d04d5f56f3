"""A database or a file that effects of events go to, as a member's sink needs it; see stores/consume."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from eventq.core.consume.claims import Claim, Move
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets


class EffectStore(Protocol):
    """StoreUnavailable of a call that may be tried again, after `open`; EventqError of one that may not.

    A call is one transaction; what StoreUnavailable ended may be written all the same.
    """

    def open(self) -> None:
        """Connects; again after StoreUnavailable."""
        ...

    def write(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """Writes the effects of all but the malformed records; they last when it returns."""
        ...

    def close(self) -> None: ...


class PositionStore(EffectStore, Protocol):
    """Keeps a position of each partition that moves with the effects, and only for its present owner."""

    def claim(self, starts: Offsets) -> dict[int, Claim]:
        """Makes the caller the owner of these partitions; one that is new begins at its start."""
        ...

    def position(self, partition: int) -> Claim | None:
        """None for a partition that nobody has claimed."""
        ...

    def positions(self) -> Offsets:
        """The next offset of every partition that anybody of the group has claimed."""
        ...

    def write_once(self, records: RecordSlice, faults: Mapping[int, str], move: Move) -> bool:
        """Writes the effects and moves the position, both or neither: False if the claim does not stand."""
        ...

    def move(self, moves: Sequence[Move]) -> set[int]:
        """Moves positions over what has no effect; returns the partitions whose claims do not stand."""
        ...
