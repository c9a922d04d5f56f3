"""How a group commits: how often, and how fast its commits move; from samples of them."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

_KEPT_SECONDS = 60.0
_LEAST_WINDOW_SECONDS = 2.0
_PERIODS = 3


@dataclass(slots=True)
class _Moves:
    """Of one partition: when its commit was seen at another place, and at which."""

    moves: deque[tuple[float, int]] = field(default_factory=deque)

    def see(self, at: float, offset: int) -> None:
        if self.moves and self.moves[-1][1] == offset:
            return
        if self.moves and offset < self.moves[-1][1]:
            self.moves.clear()
        self.moves.append((at, offset))
        while at - self.moves[0][0] > _KEPT_SECONDS:
            self.moves.popleft()

    @property
    def period(self) -> float | None:
        """Seconds between two moves; the first place that was seen is no move."""
        if len(self.moves) < 3:  # noqa: PLR2004 - two moves after the first place
            return None
        return (self.moves[-1][0] - self.moves[1][0]) / (len(self.moves) - 2)

    def rate(self, now: float, window: float, period: float) -> float:
        """Events a second between the first and the last move in the window; less once moves stay out."""
        inside = [move for move in self.moves if now - move[0] <= window]
        if len(inside) < 2:  # noqa: PLR2004 - two ends
            return 0.0
        (first_at, first), (last_at, last) = inside[0], inside[-1]
        return (last - first) / max(last_at - first_at, now - 2 * period - first_at, 1e-3)


class ConsumePace:
    """Fed with every sample's positions, by partition."""

    def __init__(self) -> None:
        self._parts: dict[int, _Moves] = {}

    def see(self, at: float, consumed: Mapping[int, int]) -> None:
        """`at` in seconds by a clock that never goes back."""
        for partition, offset in consumed.items():
            self._parts.setdefault(partition, _Moves()).see(at, offset)

    @property
    def period(self) -> float | None:
        """Seconds between two commits of the partition that commits least often; None: not known."""
        periods = [period for moves in self._parts.values() if (period := moves.period) is not None]
        return max(periods, default=None)

    def rate(self, now: float) -> float | None:
        """Events a second that the group consumes, over at least three commits and two seconds."""
        period = self.period
        if period is None:
            return None
        window = max(_PERIODS * period, _LEAST_WINDOW_SECONDS) + period
        return sum(moves.rate(now, window, period) for moves in self._parts.values())
