"""The integral of a load's rate over time, and its inverse, exact: whole numbers only.

Rates have the least common denominator d of all that are given. The integral is counted in areas, of which
2 d 10^9 are one position; a stage of T nanoseconds from A/d to B/d adds (A + B) T of them, and t nanoseconds
after its start the integral has grown by 2 A t + (B - A) t^2 / T. So the integral reaches a whole area at a
t that division, or on a ramp a square root, gives to the nanosecond.

A position is one event, or one `grain`-th of it where arrivals are not even (arrivals.py).
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from eventq.core.produce.stages import NANO, LoadStage


@dataclass(frozen=True, slots=True)
class Piece:
    """A stage in one pass: from `begin` up to `until` nanoseconds, from the area `low` up to `high`.

    `stage` counts the stages, `turn` the passes, from 0. Rates are numerators: `first`, `change` to the last.
    """

    stage: int
    turn: int
    begin: int
    until: float
    low: int
    high: float
    first: int
    change: int

    @property
    def pauses(self) -> bool:
        return not self.first and not self.change

    def due(self, area: int) -> int:
        """The first nanosecond at which the integral has reached `area`, which is within the piece."""
        if not self.change:
            return self.begin - (self.low - area) // (2 * self.first)
        length = int(self.until) - self.begin
        straight = self.first * length
        square = straight * straight + self.change * length * (area - self.low)
        root = math.isqrt(square)
        if self.change > 0 and root * root < square:
            root += 1
        return self.begin - (straight - root) // self.change

    def area(self, elapsed: int) -> int:
        """The integral at that moment, rounded down."""
        time = elapsed - self.begin
        if not self.change:
            return self.low + 2 * self.first * time
        return self.low + 2 * self.first * time + self.change * time * time // (int(self.until) - self.begin)

    def area_up(self, elapsed: int) -> int:
        """The same, rounded up."""
        time = elapsed - self.begin
        if not self.change:
            return self.area(elapsed)
        return self.low + 2 * self.first * time - -self.change * time * time // (int(self.until) - self.begin)

    def rate(self, elapsed: int) -> float:
        """The numerator of the rate at that moment."""
        if not self.change:
            return self.first
        return self.first + self.change * (elapsed - self.begin) / (self.until - self.begin)


class Shape:
    """Stages one after another, with `loop` again and again; the last may be without end.

    What it is asked for is mostly near to what it was asked for before: the piece of that is kept.
    """

    def __init__(self, stages: Sequence[LoadStage], *, loop: bool = False, grain: int = 1) -> None:
        firsts, lasts = [stage.first for stage in stages], [stage.last for stage in stages]
        denominators = {rate.denominator for rate in firsts}.union(rate.denominator for rate in lasts)
        common = math.lcm(*denominators)
        scale = {denominator: common // denominator * grain for denominator in denominators}
        self._firsts = [rate.numerator * scale[rate.denominator] for rate in firsts]
        self._lasts = [rate.numerator * scale[rate.denominator] for rate in lasts]
        lengths = [stage.duration or 0 for stage in stages]
        grown = [(a + b) * t for a, b, t in zip(self._firsts, self._lasts, lengths, strict=True)]
        self._begins, self._lows = list(accumulate(lengths, initial=0)), list(accumulate(grown, initial=0))
        length, high = self._begins.pop(), self._lows.pop()
        self.unit = 2 * common * NANO
        """Areas of a position."""
        self._grain = grain
        self.loops, self._common = loop, common * grain
        rates = (*self._firsts, *self._lasts)
        peak = max(rates)
        self.peak = Fraction(peak, self._common)
        """Events per second at the most."""
        self.steady = peak == min(rates)
        """Whether the rate is the same all the time."""
        endless = stages[-1].duration is None
        self.length: int | None = None if endless else length
        """Of one pass, in nanoseconds; None: without end."""
        self._high: int | None = None if endless else high
        self._piece = self._of(0, 0)

    def due(self, position: int) -> int:
        """When it is due, in nanoseconds since the start: never in a pause, but when that is over."""
        area = position * self.unit
        piece = self._piece
        if not piece.low <= area < piece.high:
            piece = self._seek_area(area)
        return piece.due(area)

    def reached(self, elapsed: int) -> int:
        """The last position that is due by then; below 0: none."""
        if elapsed < 0:
            return -1
        if not self.loops and self.length is not None and elapsed >= self.length:
            return self.last(self.length)
        piece = self._at(elapsed)
        return (piece.low - 1 if piece.pauses else piece.area(elapsed)) // self.unit

    def last(self, elapsed: int) -> int:
        """The last position that is due before then, exactly and not by a rounded time; below 0: none."""
        if not self.loops and self.length is not None:
            elapsed = min(elapsed, self.length)
        piece = self._at(max(0, elapsed - 1))  # the piece that ends there, not the one that begins
        return (piece.area_up(elapsed) - 1) // self.unit

    def integral(self, elapsed: int) -> float:
        """In events."""
        if not self.loops and self.length is not None:
            elapsed = min(elapsed, self.length)
        return self._at(max(0, elapsed - 1)).area(elapsed) / (self.unit * self._grain)

    def place(self, position: int) -> tuple[int, int, int | None]:
        """LoadStage and pass of a position, and the first position beyond them; None: there is none."""
        piece = self._seek_area(position * self.unit)
        high = None if piece.high == math.inf else -(-int(piece.high) // self.unit)
        return piece.stage, piece.turn, high

    def rate_at(self, elapsed: int) -> float:
        """Events per second as asked for at that moment; 0 beyond the end."""
        if not self.loops and self.length is not None and elapsed >= self.length:
            return 0.0
        return self._at(max(0, elapsed)).rate(elapsed) / self._common

    def _at(self, elapsed: int) -> Piece:
        piece = self._piece
        if not piece.begin <= elapsed < piece.until:
            turn, time = divmod(elapsed, self.length) if self.loops and self.length else (0, elapsed)
            self._piece = piece = self._of(bisect_right(self._begins, time) - 1, turn)
        return piece

    def _seek_area(self, area: int) -> Piece:
        """Where stages end at the same area, as before a pause, the one after it."""
        piece = self._piece
        if not piece.low <= area < piece.high:
            turn, rest = divmod(area, self._high) if self.loops and self._high else (0, area)
            self._piece = piece = self._of(bisect_right(self._lows, rest) - 1, turn)
        return piece

    def _of(self, stage: int, turn: int) -> Piece:
        time, area = turn * (self.length or 0), turn * (self._high or 0)
        last = stage + 1 == len(self._begins)
        until = self.length if last else self._begins[stage + 1]
        high = self._high if last else self._lows[stage + 1]
        return Piece(
            stage=stage,
            turn=turn,
            begin=time + self._begins[stage],
            until=math.inf if until is None else time + until,
            low=area + self._lows[stage],
            high=math.inf if high is None else area + high,
            first=self._firsts[stage],
            change=self._lasts[stage] - self._firsts[stage],
        )
