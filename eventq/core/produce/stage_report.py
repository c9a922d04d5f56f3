"""What a run did in each stage of its load."""

from dataclasses import dataclass, field, replace

from eventq.core.produce.stages import NANO, LoadStage
from eventq.core.quantiles import Histogram


@dataclass(slots=True)
class SendSpan:
    """Events handed over in one pass of a stage, from the first to the last.

    When they were sent, by the monotonic clock in seconds, and were due, in nanoseconds since the start.
    """

    count: int
    first_at: float
    last_at: float
    first_due: int
    last_due: int


@dataclass(slots=True)
class StageOffered:
    """What was handed to the client of one stage, in all its passes; slip in ms."""

    turns: dict[int, SendSpan] = field(default_factory=dict)
    slip_ms: Histogram = field(default_factory=Histogram)

    def add(self, turn: int, span: SendSpan) -> None:
        known = self.turns.get(turn)
        if known is None:
            self.turns[turn] = replace(span)
            return
        known.count += span.count
        known.first_at = min(known.first_at, span.first_at)
        known.last_at = max(known.last_at, span.last_at)
        known.first_due = min(known.first_due, span.first_due)
        known.last_due = max(known.last_due, span.last_due)

    def merge(self, other: "StageOffered") -> None:
        for turn, span in other.turns.items():
            self.add(turn, span)
        self.slip_ms.merge(other.slip_ms)

    @property
    def count(self) -> int:
        return sum(span.count for span in self.turns.values())

    @property
    def target_rate(self) -> float | None:
        """Events per second as asked for, between the first and the last of each pass."""
        return self._rate(self.due_seconds)

    @property
    def achieved_rate(self) -> float | None:
        """Events per second as sent, between the first and the last of each pass."""
        return self._rate(self.sent_seconds)

    @property
    def due_seconds(self) -> float:
        return sum(span.last_due - span.first_due for span in self.turns.values()) / NANO

    @property
    def sent_seconds(self) -> float:
        return sum(span.last_at - span.first_at for span in self.turns.values())

    def _rate(self, seconds: float) -> float | None:
        return (self.count - len(self.turns)) / seconds if seconds > 0 else None


@dataclass(frozen=True, slots=True)
class StageReport:
    """`number` from 1."""

    number: int
    stage: LoadStage
    offered: StageOffered
