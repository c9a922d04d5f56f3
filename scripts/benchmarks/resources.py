"""What long and idle runs cost: memory of ten million events, CPU of a run that has little to do."""

import uuid

from benchmarks.process import Measured, measure
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import Site

_MANY = 10_000_000
_IDLE_SECONDS = 30.0


def peak(run: Measured) -> Figure:
    """Megabytes of the largest process, the sum over all beside it, and the sum at ten moments of the run."""
    every = max(1, len(run.memory) // 10)
    over_time = {f"at_{at:.0f}_s": size / 1e6 for at, size in run.memory[::every][:10]}
    return figure(run.peak / 1e6, run, sum_mb=run.peak_sum / 1e6, **over_time)


def memory(site: Site, topic: str) -> Suite:
    """Produce ten million into the topic, then consume them."""
    count = site.records(_MANY)
    quiet = ["-q", "-o", "json"]

    def produce() -> Figure:
        return peak(measure(site.eventq("produce", "-t", topic, "-n", str(count), *quiet)))

    def consume() -> Figure:
        group = ["-g", f"bench-{uuid.uuid4()}", "--count", "1", "--from-beginning", "-n", str(count)]
        return peak(measure(site.eventq("consume", "-t", topic, *group, *quiet)))

    contenders = [Contender("produce", produce), Contender("consume, 1 member", consume)]
    targets = [Target(f"MB at most, {one.name}", (one.name,), None, 200, 120, min) for one in contenders]
    return Suite("memory", "MB", f"{count:,} events, unpaced; the largest process", contenders, targets)


def idle(site: Site, topic: str) -> Suite:
    """CPU in percent of one core; the start is measured by a run of no length and taken off."""
    seconds = site.seconds(_IDLE_SECONDS)
    produce = site.eventq("produce", "-t", topic, "-r", "10", "-q", "-o", "json")
    consume = site.eventq("consume", "-t", topic, "--count", "1", "-q", "-o", "json")

    def share(command: list[str], *options: str) -> Figure:
        short, long = (measure([*command, "--duration", f"{n}s", *options]) for n in (1, 1 + seconds))
        return figure(100 * (long.cpu - short.cpu) / seconds, long)

    contenders = [
        Contender("produce at 10/s", lambda: share(produce)),
        Contender("a member on an idle topic", lambda: share(consume, "-g", f"bench-{uuid.uuid4()}")),
    ]
    targets = [
        Target(f"% of a core, {one.name}", (one.name,), None, most, 1, min)
        for one, most in zip(contenders, (3, 2), strict=True)
    ]
    what = f"over {seconds:.0f} s, all processes of the run, its start taken off"
    return Suite("CPU", "% of a core", what, contenders, targets)
