"""All that is known of one event, as one byte: a run of ten million events takes ten megabytes.

bits 0, 1   what its ledger says: unknown, acknowledged, failed, aborted
bits 2, 3   how often it was seen in a sink: 0, 1, 2, 3 or more
bits 4, 5   how often it was seen in the log: the same
bit  6      once of these below the group's commit
"""

from collections.abc import Callable
from dataclasses import dataclass

from eventq.core.ledger.lines import Fate
from eventq.core.verify.names import Name

UNKNOWN, ACKED, FAILED, ABORTED = range(4)
FATES = {Fate.UNKNOWN: UNKNOWN, Fate.ACKED: ACKED, Fate.FAILED: FAILED, Fate.ABORTED: ABORTED}

_FATE, _SINK, LOG_BITS, _BELOW = 0b11, 0b1100, 0b110000, 0b1000000
_MOST = 3
_SINK_ONE, _LOG_ONE = 0b100, 0b10000
STATES = range(128)


def fate(state: int) -> int:
    return state & _FATE


def in_sink(state: int) -> int:
    return (state & _SINK) >> 2


def in_log(state: int) -> int:
    return (state & LOG_BITS) >> 4


def is_below(state: int) -> bool:
    return bool(state & _BELOW)


def delivered(state: int) -> bool:
    """It is acknowledged, once in the log, and processed, perhaps several times."""
    return fate(state) == ACKED and in_log(state) == 1 and in_sink(state) > 0


def _table(change: Callable[[int], int]) -> bytes:
    return bytes(change(state) if state in STATES else state for state in range(256))


SEEN_IN_SINK = _table(lambda state: state + (_SINK_ONE if in_sink(state) < _MOST else 0))
SEEN_ABOVE = _table(lambda state: state + (_LOG_ONE if in_log(state) < _MOST else 0))
SEEN_BELOW = bytes(state | _BELOW if old in STATES else old for old, state in enumerate(SEEN_ABOVE))
"""From the state of an event to the one that it has when it was seen once more: in a sink, in the log at or
above the commit, in the log below it.
"""


@dataclass(frozen=True, slots=True)
class Sources:
    """What an audit had to look at; `order`: a sink that tells in which order a partition was processed."""

    log: bool
    sink: bool
    group: bool = False
    read_committed: bool = True
    order: bool = False


def is_absent(state: int, sources: Sources) -> bool:
    """Acknowledged and not in the log, which was read: lost there, deleted, or not readable yet."""
    return sources.log and fate(state) == ACKED and in_log(state) == 0


def names(state: int, sources: Sources) -> tuple[Name, ...]:
    """What is to be said of an event, apart from where an absent one has gone."""
    found = [*_duplicates(state)]
    seen = bool(in_log(state) or in_sink(state))
    if fate(state) == ACKED:
        found += _unprocessed(state, sources)
    elif fate(state) == UNKNOWN:
        found.append(Name.UNKNOWN_PRESENT if seen else Name.UNKNOWN_ABSENT)
    elif fate(state) == FAILED and seen:
        found.append(Name.FAILED_BUT_PRESENT)
    elif fate(state) == ABORTED and (in_sink(state) or (in_log(state) and sources.read_committed)):
        found.append(Name.ABORTED_READ)
    return tuple(found)


def _duplicates(state: int) -> list[Name]:
    """Processed as often as it is in the log is the producer's affair; beyond three nobody counts."""
    found = [Name.DUPLICATE_IN_LOG] if in_log(state) > 1 else []
    return [*found, Name.DUPLICATE] if in_sink(state) > max(1, in_log(state)) else found


def _unprocessed(state: int, sources: Sources) -> list[Name]:
    if in_sink(state) or is_absent(state, sources):
        return []
    if sources.log and not is_below(state):
        return [Name.PENDING]
    return [Name.LOST] if sources.sink else []
