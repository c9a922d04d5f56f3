"""What it takes until eventq says something: its start, and one small lag snapshot."""

import sys

from benchmarks.process import measure
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import Site

_TIMES = 5
_OTHER = ("--client", "kafka-python")


def seconds(site: Site, command: list[str]) -> Figure:
    """The fastest of a few: what else the machine does only adds."""
    runs = (measure(command) for _ in range(site.few(_TIMES)))
    return min((figure(run.wall, run) for run in runs), key=_value)


def _value(one: Figure) -> float:
    return one.value


def start(site: Site) -> Suite:
    python = [sys.executable]
    contenders = [
        Contender("python -c pass", lambda: seconds(site, [*python, "-c", "pass"])),
        Contender("eventq --version", lambda: seconds(site, [*python, "-m", "eventq", "--version"])),
        Contender("eventq --help", lambda: seconds(site, [*python, "-m", "eventq", "--help"])),
        Contender("eventq lag --help", lambda: seconds(site, [*python, "-m", "eventq", "lag", "--help"])),
    ]
    target = Target("eventq --version ÷ python -c pass", ("eventq --version",), "python -c pass", 8, 4, min)
    return Suite(
        "start", "s", f"whole process, the fastest of {site.few(_TIMES)} in each round", contenders, [target]
    )


def lag(site: Site, group: str) -> Suite:
    """`eventq lag` takes librdkafka for one group, as the bare script does."""
    tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
    contenders = [
        Contender("eventq lag", lambda: seconds(site, site.eventq("lag", "-g", group))),
        Contender(
            "eventq lag, kafka-python", lambda: seconds(site, site.eventq("lag", "-g", group, *_OTHER))
        ),
        Contender(
            "ConsumerGroupCommand", lambda: seconds(site, site.java(tool, "--describe", "--group", group))
        ),
        Contender("bare script", lambda: seconds(site, site.script("bare_lag.py", site.bootstrap, group))),
    ]
    mine = ("eventq lag",)
    targets = [
        Target("eventq lag ÷ ConsumerGroupCommand", mine, "ConsumerGroupCommand", 0.5, 0.3, min),
        Target("eventq lag ÷ bare script over the same client", mine, "bare script", 1.8, 1.5, min),
    ]
    what = (
        f"one group, 10 partitions, whole process in a pipe, the fastest of {site.few(_TIMES)} in each round"
    )
    return Suite("lag of one group", "s", what, contenders, targets)
