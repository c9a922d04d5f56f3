"""Interleaved rounds: every contender once in each, so that a machine that slows down slows all of them."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.process import Measured


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run of a contender gave: its value in the suite's unit, and what the process cost."""

    value: float
    wall: float
    cpu: float
    peak: int
    peak_sum: int
    more: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    run: Callable[[], Figure]


@dataclass(frozen=True, slots=True)
class Target:
    """The ratio of two contenders and what it is to reach; of several in `over` the best counts.

    Without `under` it is the figure itself, and `of` is which: None for the value in the suite's unit.
    `best` is max where more is better and min where less is: `required` and `aim` are then at most.
    """

    name: str
    over: tuple[str, ...]
    under: str | None
    required: float
    aim: float
    best: Callable[..., float] = max
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    title: str
    unit: str
    settings: str
    contenders: Sequence[Contender]
    targets: Sequence[Target] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    """`rounds` has the ratio, or the figure, of each."""

    target: Target
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def verdict(self) -> str:
        if self._holds(self.target.aim):
            return "aim reached"
        return "reached" if self._holds(self.target.required) else "missed"

    def _holds(self, bound: float) -> bool:
        return self.median >= bound if self.target.best is max else self.median <= bound


@dataclass(frozen=True, slots=True)
class Outcome:
    suite: Suite
    figures: Mapping[str, Sequence[Figure]]
    reached: Sequence[Reached]


def figure(value: float, run: Measured, **more: float | None) -> Figure:
    return Figure(value, run.wall, run.cpu, run.peak, run.peak_sum, more)


def play(suite: Suite, rounds: int) -> Outcome:
    """All rounds of a suite; says on stderr what each run gave."""
    figures: dict[str, list[Figure]] = {contender.name: [] for contender in suite.contenders}
    for number in range(rounds):
        for contender in suite.contenders:
            got = contender.run()
            figures[contender.name].append(got)
            cost = f"{got.wall:.2f} s, cpu {got.cpu:.2f} s, {got.peak / 1e6:.0f} MB"
            sys.stderr.write(
                f"{suite.title}, round {number + 1} of {rounds}: "
                f"{contender.name} {got.value:,.3f} {suite.unit}, {cost}\n"
            )
    return Outcome(suite, figures, [_reached(target, figures) for target in suite.targets])


def _reached(target: Target, figures: Mapping[str, Sequence[Figure]]) -> Reached:
    over = zip(*(_values(target, figures[name]) for name in target.over), strict=True)
    best = [target.best(values) for values in over]
    under = [1.0] * len(best) if target.under is None else _values(target, figures[target.under])
    return Reached(target, tuple(one / other for one, other in zip(best, under, strict=True)))


def _values(target: Target, runs: Sequence[Figure]) -> list[float]:
    found = [one.value if target.of is None else one.more[target.of] for one in runs]
    numbers = [number for number in found if number is not None]
    assert len(numbers) == len(runs), f"{target.name}: a run has no {target.of}"
    return numbers
