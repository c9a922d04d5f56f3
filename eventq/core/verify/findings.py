"""What the passes over the sources find: counts by run and name, and the first examples of each name."""

from collections import Counter
from dataclasses import dataclass

from eventq.core.verify.names import Name

EXAMPLES = 5
_PHANTOMS = 10_000


@dataclass(frozen=True, slots=True)
class Example:
    """One event and its place in the log, None where that is not known; `sink`: where it was seen instead."""

    name: Name
    run: str
    worker: int
    sequence: int
    partition: int | None = None
    offset: int | None = None
    sink: str | None = None


class Findings:
    def __init__(self) -> None:
        self.counts: dict[str, Counter[Name]] = {}
        self.examples: dict[Name, list[Example]] = {}
        self._phantoms: set[tuple[str, int, int]] = set()

    def count(self, run: str, name: Name, more: int = 1) -> None:
        if more:
            self.counts.setdefault(run, Counter())[name] += more

    def example(self, example: Example) -> None:
        known = self.examples.setdefault(example.name, [])
        if len(known) < EXAMPLES:
            known.append(example)

    def full(self, name: Name) -> bool:
        return len(self.examples.get(name, ())) >= EXAMPLES

    def phantom(self, example: Example) -> None:
        """One that is seen in several places is one, as long as there are not too many to remember."""
        event = (example.run, example.worker, example.sequence)
        if event in self._phantoms:
            return
        if len(self._phantoms) < _PHANTOMS:
            self._phantoms.add(event)
        self.count(example.run, Name.PHANTOM)
        self.example(example)

    def total(self, name: Name) -> int:
        return sum(counts[name] for counts in self.counts.values())
