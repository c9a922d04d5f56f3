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
    """Limits of workers that together are at most `total`, none below what it was `dealt`; all in events.

    Of several each may have up to half of an equal share open (`dealt` less `handed`): what one has and does
    not use is lost to the others. The rest is kept for the next deal. First come those that have handed over
    least: their events are due first.
    """
    room = total - sum(dealt)
    if room <= 0 or not dealt:
        return list(dealt)
    if len(dealt) == 1:
        return [total]
    open_ = max(1, (total - sum(handed)) // (2 * len(dealt)))
    limits = list(dealt)
    for i in sorted(range(len(dealt)), key=lambda i: (dealt[i] - handed[i], handed[i])):
        more = min(room, max(0, handed[i] + open_ - dealt[i]))
        limits[i] += more
        room -= more
    return limits
