"""Marks which events were processed, by the rows of a sink."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eventq.core.verify.findings import Example, Findings
from eventq.core.verify.names import Name
from eventq.core.verify.stamps import Group, Identified, Stamps
from eventq.core.verify.state import SEEN_IN_SINK, Sources, in_sink


@dataclass(frozen=True, slots=True)
class SinkRows:
    """Rows of a sink in the order in which they were written.

    `stamps`: what carries each one's identity; where the sink keeps that itself, `identities` has them
    instead: (run, worker, sequence), None for a row without. `partitions`: those of their records; None where
    the sink does not tell, as with a table of the user's own. `dead_letters`: all of them were put aside
    instead of being processed, which is not losing them.
    """

    stamps: Sequence[Any] = ()
    partitions: Sequence[int] | None = None
    identities: Sequence[tuple[str, int, int] | None] | None = None
    dead_letters: bool = False

    def __len__(self) -> int:
        return len(self.stamps) if self.identities is None else len(self.identities)


class SinkPass:
    """One sink; afterwards `rows`, `dead_letters`, `foreign` and `unstamped` are counts of its rows."""

    def __init__(self, name: str, stamps: Stamps, sources: Sources, findings: Findings) -> None:
        self.name, self._in_log = name, sources.log
        self._stamps, self._findings = stamps, findings
        self._tops: dict[tuple[str, int, int], int] = {}
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
                self._check_order(group, rows.partitions)
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

    def _check_order(self, group: Group, partitions: Sequence[int]) -> None:
        """What is processed again is no matter of order: first rows alone count."""
        events, run = group.events, group.events.run.name
        seen: set[int] = set()
        for k, place in zip(group.sequences, group.places, strict=True):
            if in_sink(events.state[k]) or k in seen:
                continue
            seen.add(k)
            key = run, events.worker, partitions[place]
            if k < self._tops.get(key, -1):
                self._findings.count(run, Name.REORDERED)
                example = Example(Name.REORDERED, run, events.worker, k, partitions[place], sink=self.name)
                self._findings.example(example)
            else:
                self._tops[key] = k
