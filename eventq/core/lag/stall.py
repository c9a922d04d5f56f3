"""When a wait for lag is stalled: which partitions stand still, and whether they alone keep it from its goal.

A partition stands still while it has something to read and its committed offset stays the same, whatever the
others do and however its end grows. One that has nothing to read, or whose lag is unknown, does not: its time
begins anew when it has. One whose topic is gone does: nothing of it will ever be read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from eventq.core.kafka import TopicPartition
from eventq.core.lag.snapshot import Status
from eventq.core.lag.wait import Goal, Held, WaitState


@dataclass(frozen=True, slots=True)
class Standing:
    """The committed offset that a partition has had since then, by a clock that never goes back."""

    committed: int | None
    since: float


Standings = Mapping[TopicPartition, Standing]


def standings(before: Standings, state: WaitState, at: float) -> dict[TopicPartition, Standing]:
    """Of the partitions that hold the wait up at `at`; one that has just begun or moved stands since `at`."""
    if state.reason is not None:
        return {}
    now = {row.key: Standing(row.committed, at) for row in state.held if _counts(row)}
    return {key: _longer(before.get(key), standing) for key, standing in now.items()}


def still(standing: Standings, at: float, seconds: float) -> frozenset[TopicPartition]:
    """Those that have stood still for at least `seconds` at `at`."""
    return frozenset(key for key, one in standing.items() if at >= one.since + seconds)


def due(standing: Standings, after: float, seconds: float) -> float | None:
    """When the next of them will have stood still for `seconds`, if it does not move; None: none will."""
    return min((end for one in standing.values() if (end := one.since + seconds) > after), default=None)


def stalled(state: WaitState, stuck: Collection[TopicPartition], goal: Goal) -> bool:
    """Whether the goal is out of reach until one of the `stuck` moves: they alone have too much to read."""
    lags = [row.lag for row in of(state, stuck)]
    return None in lags or sum(lag or 0 for lag in lags) > goal.max_lag


def of(state: WaitState, keys: Collection[TopicPartition]) -> tuple[Held, ...]:
    """Their rows, the largest lag first."""
    return tuple(row for row in state.held if row.key in keys)


def unmoved(standing: Iterable[Standing], at: float) -> bool:
    """Whether all of them stood there before `at`."""
    return all(one.since < at for one in standing)


def _counts(row: Held) -> bool:
    return row.lag is not None or row.status is Status.NO_TOPIC


def _longer(before: Standing | None, now: Standing) -> Standing:
    return before if before is not None and before.committed == now.committed else now
