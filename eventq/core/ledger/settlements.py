"""What became of events since it was last written down, as few lines as say it."""

from collections.abc import Iterable, Mapping

from eventq.core.ledger.lines import Fate, SettledLine, Spans

_Offsets = tuple[int, int, int]


class Settlements:
    """Of one worker; every event is told of once."""

    def __init__(self) -> None:
        self._spans: dict[tuple[Fate, str | None], list[tuple[int, int]]] = {}
        self._offsets: dict[int, _Offsets] = {}

    def acked(self, spans: Spans, offsets: Mapping[int, _Offsets]) -> None:
        """`offsets`: partition -> (first, last, how many), where the broker gave any."""
        self._add(Fate.ACKED, None, spans)
        for partition, found in offsets.items():
            known = self._offsets.get(partition)
            self._offsets[partition] = found if known is None else _both(known, found)

    def settled(self, fate: Fate, why: str | None, spans: Spans) -> None:
        """Any other fate."""
        self._add(fate, why, spans)

    def _add(self, fate: Fate, why: str | None, spans: Spans) -> None:
        self._spans.setdefault((fate, why), []).extend(spans)

    def take(self) -> list[SettledLine]:
        """The lines to write, none if nothing happened; the next ones begin after them."""
        lines = [
            SettledLine(fate, merged(spans), why, self._offsets if fate is Fate.ACKED else {})
            for (fate, why), spans in self._spans.items()
            if spans
        ]
        self._spans, self._offsets = {}, {}
        return lines


def _both(one: _Offsets, other: _Offsets) -> _Offsets:
    return min(one[0], other[0]), max(one[1], other[1]), one[2] + other[2]


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order, those that touch or overlap as one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found
