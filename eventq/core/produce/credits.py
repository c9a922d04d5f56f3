"""Credits: how many events may have been handed over, so that a group's lag never passes its bound.

Of a sample with the lag L (the commits were read before the ends) before whose reading of the ends A events
of the run had been settled, N - L + A events may have been handed over in all. With H handed over at any
later moment t:

    end(t) <= end + (H - A) <= end + N - L = N + committed <= N + committed(t)

so lag(t) <= N, as long as nobody else produces and no commit goes back. Credit-based flow control, as the
request(n) of Reactive Streams.
"""

from collections.abc import Sequence


class Credits:
    """`total`: so many events may be handed over in all; it never falls, as what was dealt may be used."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self.total = 0

    def add(self, lag: int, settled: int) -> None:
        """What a sample allows: see above."""
        self.total = max(self.total, self._bound - lag + settled)


def shared_out(total: int, dealt: Sequence[int], handed: Sequence[int]) -> list[int]:
    """Limits of workers that make up `total`, none below what it was `dealt`; all three in events.

    What is new goes to those with the least left to hand over (`dealt` less `handed`), of equals to those
    that have handed over least: their events are due first.
    """
    limits = list(dealt)
    room = total - sum(dealt)
    order = sorted(range(len(dealt)), key=lambda i: (dealt[i] - handed[i], handed[i]))
    for count in range(1, len(order) + 1):
        if room <= 0:
            break
        level = limits[order[0]] - handed[order[0]]
        above = dealt[order[count]] - handed[order[count]] if count < len(order) else None
        wanted = room if above is None else min(room, (above - level) * count)
        each, rest = divmod(wanted, count)
        for place, i in enumerate(order[:count]):
            limits[i] += each + (place < rest)
        room -= wanted
    return limits
