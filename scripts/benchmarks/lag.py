"""`eventq lag` at the size of a real cluster: one snapshot of all groups, and what a watch of them costs."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from benchmarks.process import measure
from benchmarks.requests import counting
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import Site

_SIZES = ((1, 10), (1, 1000), (50, 200), (200, 1000))
_WATCHED = (50, 200)
_SAMPLES = 20
_PEER = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"


def sizes(site: Site) -> list[tuple[int, int]]:
    """Groups and the partitions of the topic that all of them read."""
    return list(dict.fromkeys((site.few(groups), site.few(parts)) for groups, parts in _SIZES))


def snapshots(site: Site) -> Iterator[Suite]:
    for groups, partitions in sizes(site):
        with site.topic(partitions=partitions) as topic, site.groups(topic, groups, partitions) as names:
            yield snapshot(site, names, partitions)


def watch(site: Site) -> Iterator[Suite]:
    """CPU in percent of one core at a sample a second; the start is measured alone and taken off."""
    groups, partitions = (site.few(count) for count in _WATCHED)
    samples = round(site.seconds(_SAMPLES))
    with site.topic(partitions=partitions) as topic, site.groups(topic, groups, partitions) as names:

        def share(client: str) -> Figure:
            command = site.eventq("lag", "watch", "--client", client, *_named(names))
            short, long = (measure([*command, "--samples", str(n)]) for n in (1, 1 + samples))
            return figure(100 * (long.cpu - short.cpu) / samples, long)

        contenders = [
            Contender("watch over librdkafka", lambda: share("librdkafka")),
            Contender("watch over kafka-python", lambda: share("kafka-python")),
        ]
        target = Target("% of a core, by the client of auto", ("watch over kafka-python",), None, 25, 25, min)
        what = f"{_size(groups, partitions)}, {samples} samples in a pipe, a second apart"
        yield Suite("watch", "% of a core", what, contenders, [target])


def snapshot(site: Site, groups: list[str], partitions: int) -> Suite:
    def mine(client: str) -> Contender:
        words = ("lag", "-o", "json", "--client", client, *_named(groups))
        return _whole(f"eventq lag over {client}", site, lambda at: at.eventq(*words))

    contenders = [
        mine("librdkafka"),
        mine("kafka-python"),
        _whole("ConsumerGroupCommand", site, lambda at: at.java(_PEER, "--describe", *_named(groups))),
    ]
    targets = [
        Target(f"{one.name} ÷ ConsumerGroupCommand", (one.name,), "ConsumerGroupCommand", 0.5, 1 / 3, min)
        for one in contenders[:2]
    ]
    size = _size(len(groups), partitions)
    return Suite(f"lag of {size}", "s", "whole process, JSON in a pipe", contenders, targets)


def _whole(name: str, site: Site, command: Callable[[Site], list[str]]) -> Contender:
    """Its requests are counted in a run of its own, once: counting costs no measured run anything."""

    @cache
    def requests() -> int:
        with counting(site.bootstrap) as counter:
            measure(command(replace(site, bootstrap=counter.bootstrap)))
        return counter.requests

    def run() -> Figure:
        took = measure(command(site))
        return figure(took.wall, took, requests=requests())

    return Contender(name, run)


def _named(groups: list[str]) -> list[str]:
    return [word for name in groups for word in ("--group", name)]


def _size(groups: int, partitions: int) -> str:
    return f"{groups} group{'s' if groups > 1 else ''} of {partitions:,} partitions"
