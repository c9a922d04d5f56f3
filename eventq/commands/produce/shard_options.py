"""The options by which several machines send one load."""

import os
from dataclasses import dataclass
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.core.errors import UsageError
from eventq.core.identity import MOST_WORKERS
from eventq.core.produce.shard import INDEX, Shard, parse_shard
from eventq.core.start import Start, StartKind, parse_place

_PANEL = "Several machines"
_MILLI = 1_000_000


@dataclass(frozen=True, slots=True)
class ShardOptions:
    """As given; None means not given."""

    shard: Annotated[
        str | None,
        option(
            _PANEL,
            "--shard",
            text="Send part I of N of the load, from 0/N on; N alone: JOB_COMPLETION_INDEX says which.",
        ),
    ] = None
    start_at: Annotated[
        str | None,
        option(
            _PANEL,
            "--start-at",
            text="Start the schedule at this time: 2026-01-31T12:00:00Z or @1769860800000 (epoch ms).",
        ),
    ] = None

    def part(self, workers: int) -> Shard | None:
        """UsageError for what is no shard, and for a shard that would not know when the others start."""
        if self.shard is None:
            return None
        shard = parse_shard(self.shard, os.environ.get(INDEX))
        if self.start_at is None:
            raise UsageError(
                "--shard without --start-at", hint="give every shard the same --start-at: they are one load"
            )
        if shard.count * workers > MOST_WORKERS:
            raise UsageError(
                f"--shard {shard} with --workers {workers}: more than {MOST_WORKERS} workers",
                hint="use fewer",
            )
        return shard

    def start(self) -> int | None:
        """In epoch nanoseconds."""
        if self.start_at is None:
            return None
        try:
            found = parse_place(self.start_at)
        except UsageError:
            found = Start()
        if found.kind is not StartKind.TIME:
            raise UsageError(
                f"--start-at is no time: {self.start_at!r:.120}",
                hint="write it as 2026-01-31T12:00:00Z or @1769860800000 (epoch milliseconds)",
            )
        return found.value * _MILLI
