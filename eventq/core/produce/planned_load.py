"""A load as it will be, before anything is sent."""

from dataclasses import dataclass

from eventq.core.produce.arrivals import EvenArrivals
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.pacing import Paced
from eventq.core.produce.plan import ProducePlan
from eventq.core.produce.shard import Shard
from eventq.core.produce.stages import NANO, LoadStage

_SAMPLE = 1000
_MILLIS = 1_700_000_000_000
_UNBOUNDED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """`number` from 1; `begin` in seconds; `events` of its first pass, None: without end."""

    number: int
    stage: LoadStage
    begin: float
    events: int | None


@dataclass(frozen=True, slots=True)
class PlannedLoad:
    """Of all shards. `total`, `end` (when the last event is due, in seconds) and `bytes` None: not known.

    `points`: moments in seconds, and the mean rate from each up to the next.
    `share` is how many events are this shard's.
    """

    total: int | None
    end: float | None
    peak: float
    bytes: int | None
    poisson: bool
    loop: bool
    stages: tuple[PlannedStage, ...]
    points: tuple[tuple[float, float], ...]
    shard: Shard
    share: int | None
    start: float | None


def planned_load(plan: ProducePlan, paced: Paced, columns: int) -> PlannedLoad:
    """With so many points, the last of which has no rate any more."""
    return PlannedLoad(
        total=paced.total,
        end=None if paced.end is None else paced.end / NANO,
        peak=float(paced.shape.peak),
        bytes=None if paced.total is None or plan.input is not None else _bytes(plan, paced.total),
        poisson=not isinstance(paced.arrivals, EvenArrivals),
        loop=paced.loop,
        stages=_stages(paced),
        points=_points(paced, columns),
        shard=plan.shard,
        share=plan.total,
        start=None if plan.start is None else plan.start / NANO,
    )


def _bytes(plan: ProducePlan, total: int) -> int:
    """By the first events, whose sizes differ little from those of the others."""
    if not total:
        return 0
    feed = GeneratedFeed(plan.seed, plan.key, Share(), None, plan.id_run)
    count = min(total, len(feed.numbers(None, _SAMPLE)))
    taken = feed.take([_MILLIS] * count)
    size = sum(len(value or b"") for value in taken.values) + sum(len(key or b"") for key in taken.keys or ())
    return round(size * total / count)


def _stages(paced: Paced) -> tuple[PlannedStage, ...]:
    """As far as the load gets in its first pass."""
    found, begin, before = [], 0, 0
    for number, stage in enumerate(paced.stages, 1):
        end = None if stage.duration is None else begin + stage.duration
        count = paced.total if end is None else paced.until(end)
        found.append(PlannedStage(number, stage, begin / NANO, None if count is None else count - before))
        begin, before = end or begin, count or before
    return tuple(found)


def _points(paced: Paced, columns: int) -> tuple[tuple[float, float], ...]:
    """Even arrivals by the integral, as a few events in each column would look ragged."""
    end = paced.end or (paced.shape.length or _UNBOUNDED_SECONDS * NANO)
    if paced.total == 0:
        return ()
    edges = [end * i // columns for i in range(columns + 1)]
    even = isinstance(paced.arrivals, EvenArrivals)
    reached = [paced.shape.integral(edge) if even else float(paced.until(edge)) for edge in edges]
    columns_of_time = [
        (edges[i] / NANO, (reached[i + 1] - reached[i]) * NANO / (edges[i + 1] - edges[i]))
        for i in range(columns)
        if edges[i] < edges[i + 1]
    ]
    return (*columns_of_time, (end / NANO, 0.0))
