"""Marks which events were processed, by the rows of a sink."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eventq.core.verify.findings import Example, Findings
from eventq.core.verify.names import Name
from eventq.core.verify.runs import WorkerEvents
from eventq.core.verify.stamps import Group, Identified, Stamps
from eventq.core.verify.state import SEEN_IN_SINK, Sources, in_sink


@dataclass(frozen=True, slots=True)
class SinkRows:
    """Rows of a sink in the order in which they were written.

    `stamps`: what carries each one's identity; where the sink keeps that itself, `identities` has them
    instead: (run, worker, sequence), None for a row without. `partitions`: those of their records; None where
    the sink does not tell, as with a table of the user's own. `dead_letters`: all of them were put aside
    instead of being processed, which is not losing them. `lane`: the part of the sink that they are in, if it
    keeps an order only within each of its parts.
    """

    stamps: Sequence[Any] = ()
    partitions: Sequence[int] | None = None
    identities: Sequence[tuple[str, int, int] | None] | None = None
    dead_letters: bool = False
    lane: int | None = None

    def __len__(self) -> int:
        return len(self.stamps) if self.identities is None else len(self.identities)


class SinkPass:
    """One sink, rows by rows, then `finish`.

    Afterwards `rows`, `dead_letters`, `foreign` and `unstamped` are counts of its rows.
    """

    def __init__(self, name: str, stamps: Stamps, sources: Sources, findings: Findings) -> None:
        self.name, self._in_log = name, sources.log
        self._stamps, self._findings = stamps, findings
        self._tops: dict[tuple[str, int, int, int | None], int] = {}
        self._late: list[tuple[WorkerEvents, int, int]] = []
        """Behind a later one of their lane: with their numbers and partitions."""
        self.rows = self.dead_letters = self.foreign = self.unstamped = 0

    def take(self, rows: SinkRows) -> None:
        if not len(rows):
            return
        if rows.identities is None:
            found = self._stamps.identify(rows.stamps)
        else:
            found = self._stamps.identified(rows.identities)
        self.rows += len(rows)
        self.dead_letters += len(rows) if rows.dead_letters else 0
        self.foreign += found.foreign
        self.unstamped += found.unstamped
        self._beyond(found)
        for group in found.groups:
            if rows.partitions is not None:
                self._check_order(group, rows.partitions, rows.lane)
            state = group.events.state
            for k in group.sequences:
                state[k] = SEEN_IN_SINK[state[k]]

    def _beyond(self, found: Identified) -> None:
        for one, _ in found.no_worker:
            self._findings.phantom(Example(Name.PHANTOM, *one, sink=self.name))
        for events, k, _ in found.beyond:
            if events.closed:
                example = Example(Name.PHANTOM, events.run.name, events.worker, k, sink=self.name)
                self._findings.phantom(example)
            elif not self._in_log:
                events.unrecorded += 1

    def _check_order(self, group: Group, partitions: Sequence[int], lane: int | None) -> None:
        """What is processed again is no matter of order: first rows alone count."""
        events, run = group.events, group.events.run.name
        seen: set[int] = set()
        for k, place in zip(group.sequences, group.places, strict=True):
            if in_sink(events.state[k]) or k in seen:
                continue
            seen.add(k)
            key = run, events.worker, partitions[place], lane
            if k >= self._tops.get(key, -1):
                self._tops[key] = k
            elif lane is None:
                self._reordered(events, k, partitions[place])
            else:
                self._late.append((events, k, partitions[place]))

    def finish(self) -> None:
        """Which row of several is an event's first can't be told where they are in different lanes."""
        for events, k, partition in self._late:
            if in_sink(events.state[k]) == 1:
                self._reordered(events, k, partition)

    def _reordered(self, events: WorkerEvents, k: int, partition: int) -> None:
        run = events.run.name
        self._findings.count(run, Name.REORDERED)
        self._findings.example(Example(Name.REORDERED, run, events.worker, k, partition, sink=self.name))
