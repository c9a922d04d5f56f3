"""A producer whose copies and commits are one transaction, as a sink needs it; see broker/consume."""

from collections.abc import Mapping
from typing import Protocol

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.loops.consume.effect_store import EffectStore


class CopyTransactions(EffectStore, Protocol):
    """Of one member's transactional.id. After an error only `open` and `close` may be called.

    StoreUnavailable of what may be tried again, Outdated where the group has moved on, Fenced where the
    transactional.id is somebody else's, EventqError of what may not be tried again.
    """

    def open(self) -> None:
        """Makes a new producer. What an earlier one left is committed or aborted when this returns."""
        ...

    @property
    def troubled(self) -> bool:
        """Whether a connection was lost since the transaction began."""
        ...

    def begin(self) -> None: ...

    def send(self, records: RecordSlice, faults: Mapping[int, str]) -> None:
        """Hands over copies of all but the malformed records."""
        ...

    def settle(self) -> None:
        """Waits until each of them is acknowledged."""
        ...

    def send_offsets(self, offsets: Offsets, group: object) -> None:
        """`group`: the member's place in it, as its consumer says it at this moment."""
        ...

    def commit(self) -> None:
        """Whether it was made is not known after StoreUnavailable, before `open`."""
        ...
