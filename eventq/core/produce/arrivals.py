"""Where events lie in the integral of the rate: evenly, one at each whole number, or as a Poisson process."""

from bisect import bisect_right
from random import Random
from typing import Protocol

_BLOCK = 1000
_GRAIN = 2**32
_LAID_OUT = 3
"""Blocks that are kept: a run asks for the end of one and the beginning of the next in turn."""


class Arrivals(Protocol):
    """Positions are counted in `grain` parts of an event; they never fall from one event to the next."""

    @property
    def grain(self) -> int: ...

    def position(self, n: int) -> int:
        """Of event n = 0, 1, …"""
        ...

    def count(self, position: int) -> int:
        """How many events lie there or before."""
        ...


class EvenArrivals:
    """Event n at n."""

    grain = 1

    def position(self, n: int) -> int:
        return n

    def count(self, position: int) -> int:
        return max(0, position + 1)


class PoissonArrivals:
    """As many events as the rate says on average, each by chance.

    1,000 events make a block. Its length is drawn, its last event lies at its end and the others evenly by
    chance before: so the events of a Poisson process lie, and a block needs no other but the sum of those
    before it. An event is the same for every number of workers.
    """

    grain = _GRAIN

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._ends: list[int] = []
        self._laid_out: dict[int, list[int]] = {}

    def position(self, n: int) -> int:
        block, place = divmod(n, _BLOCK)
        return self._block(block)[place]

    def count(self, position: int) -> int:
        while not self._ends or self._ends[-1] <= position:
            self._extend()
        block = bisect_right(self._ends, position)
        return block * _BLOCK + bisect_right(self._block(block), position)

    def _extend(self) -> None:
        length = self._random(len(self._ends)).gammavariate(_BLOCK, 1)
        self._ends.append((self._ends[-1] if self._ends else 0) + int(length * _GRAIN))

    def _block(self, number: int) -> list[int]:
        found = self._laid_out.get(number)
        if found is None:
            while number >= len(self._ends):
                self._extend()
            self._laid_out[number] = found = self._lay_out(number)
            if len(self._laid_out) > _LAID_OUT:
                del self._laid_out[next(iter(self._laid_out))]
        return found

    def _lay_out(self, number: int) -> list[int]:
        random = self._random(number)
        length = random.gammavariate(_BLOCK, 1) * _GRAIN
        draw, begin = random.random, self._ends[number - 1] if number else 0
        return [
            *(begin + int(length * at) for at in sorted(draw() for _ in range(_BLOCK - 1))),
            self._ends[number],
        ]

    def _random(self, block: int) -> Random:
        return Random(f"{self._seed}/{block}/arrivals")
