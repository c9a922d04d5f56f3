"""scripts/bench: see its --help."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import consume, delivery, lag, local, produce, rate, report, resources, sinks, startup
from benchmarks.rounds import Outcome, Suite, play
from benchmarks.site import Site

_ROOT = Path(__file__).parents[2]
Play = Callable[[Suite], Outcome]


def produce_part(site: Site, run: Play) -> Iterator[Outcome]:
    yield run(produce.rates(site))
    with produce.file_of(site.records(1_000_000), produce.BYTES) as lines:
        yield run(produce.whole(site, lines))
    yield run(produce.sweep(site))


def handing_part(site: Site, run: Play) -> Iterator[Outcome]:
    yield run(produce.handing(site))


def consume_part(site: Site, run: Play) -> Iterator[Outcome]:
    with site.topic() as topic:
        count = consume.fill(site, topic)
        yield run(consume.rates(site, topic, count))
        yield run(consume.whole(site, topic))
        yield run(consume.over_kafka_python(site, topic))


def sinks_part(site: Site, run: Play) -> Iterator[Outcome]:
    with site.topic() as topic, sinks.sinks(site, topic) as suite:
        yield run(suite)


def rate_part(site: Site, run: Play) -> Iterator[Outcome]:
    yield run(rate.suite(site))


def startup_part(site: Site, run: Play) -> Iterator[Outcome]:
    yield run(startup.start(site))
    with site.topic() as topic, site.group(topic) as group:
        yield run(startup.lag(site, group))


def lag_part(site: Site, run: Play) -> Iterator[Outcome]:
    yield from map(run, lag.snapshots(site))
    yield from map(run, lag.watch(site))


def memory_part(site: Site, run: Play) -> Iterator[Outcome]:
    with site.topic() as topic:
        yield run(resources.memory(site, topic))
    with site.topic() as topic:
        yield run(resources.idle(site, topic))


def delivery_part(site: Site, run: Play) -> Iterator[Outcome]:
    yield from map(run, delivery.rates(site))
    yield run(delivery.slip(site))
    yield run(delivery.size(site))


def local_part(site: Site, run: Play) -> Iterator[Outcome]:
    with local.local(site) as suite:
        yield run(suite)


PARTS: dict[str, Callable[[Site, Play], Iterator[Outcome]]] = {
    "produce": produce_part,
    "handing": handing_part,
    "consume": consume_part,
    "sinks": sinks_part,
    "rate": rate_part,
    "startup": startup_part,
    "lag": lag_part,
    "memory": memory_part,
    "local": local_part,
    "delivery": delivery_part,
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        default="all",
        choices=[*PARTS, "all"],
        metavar="PART",
        help=f"{', '.join(PARTS)} or all; what is not run now keeps its earlier figures",
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender runs")
    parser.add_argument("--size", type=float, default=1.0, help="scales every number of records and seconds")
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="compare with the JSON of an earlier run"
    )
    parser.add_argument("--json", type=Path, default=_ROOT / ".bench" / "latest.json", metavar="FILE")
    parser.add_argument("--page", type=Path, default=_ROOT / "docs" / "performance.md", metavar="FILE")
    parser.add_argument("--bootstrap", required=True, help="the broker (scripts/bench gives its own)")
    parser.add_argument("--jars", required=True, help="the class path of Kafka's own tools")
    return parser.parse_args()


def main() -> None:
    asked = options()
    site = Site(asked.bootstrap, asked.jars, asked.size)
    earlier = report.load(asked.against) if asked.against else None
    names = list(PARTS) if "all" in asked.parts else asked.parts
    outcomes = [one for name in names for one in PARTS[name](site, lambda suite: play(suite, asked.rounds))]
    found = report.document(outcomes, report.machine())
    if asked.json.exists():
        found = report.together(report.load(asked.json), found)
    report.save(asked.json, found)
    report.write(asked.page, found)
    sys.stdout.write(report.markdown(found) if earlier is None else report.against(found, earlier))


if __name__ == "__main__":
    main()
