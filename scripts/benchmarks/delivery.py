"""What it costs to stamp events and to keep a ledger of them, on every path on which they can be sent."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.process import Measured, measure
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import BATCH_BYTES, LINGER_MS, SETTINGS, Site, report

_PATHS = {
    "librdkafka, 1 worker": ("librdkafka", 1, 3_000_000, 0.45),
    "librdkafka, 2 workers": ("librdkafka", 2, 3_000_000, 0.45),
    "kafka-python, 1 worker": ("kafka-python", 1, 300_000, 0.85),
    "kafka-python, 2 workers": ("kafka-python", 2, 300_000, 0.85),
}
"""Client, workers, events, and what a header is to leave of the rate: it takes librdkafka's fast way away."""

_ID, _HEADER, _LEDGER = "--stamp id", "--stamp header", "--ledger"
_MANY = 10_000_000
_RATES = ("1000", "5000")
_SECONDS = 30.0


def produced(site: Site, how: str, *options: str) -> tuple[Measured, int]:
    """A run with `how` as an option, and the bytes of its ledgers."""
    with site.topic() as topic, tempfile.TemporaryDirectory() as folder:
        words = [*how.split(), *([str(Path(folder) / "ledger")] if how == _LEDGER else [])]
        run = measure(site.eventq("produce", "-t", topic, "-q", "-o", "json", *words, *options))
        return run, sum(path.stat().st_size for path in Path(folder).iterdir())


def unpaced(site: Site, path: str, how: str) -> Figure:
    client, workers, count, _ = _PATHS[path]
    events = site.records(count)
    batch = ("--linger-ms", str(LINGER_MS), "--batch-bytes", str(BATCH_BYTES))
    options = ("--client", client, "--workers", str(workers), "-n", str(events), *batch)
    run, _ = produced(site, how, *options)
    return figure(report(run)["achieved_rate"], run, cpu_us=1e6 * run.cpu / events)


def paced(site: Site, rate: str, how: str) -> Figure:
    run, _ = produced(site, how, "-r", rate, "--duration", f"{site.seconds(_SECONDS)}s")
    return figure(report(run)["slip_ms"]["p99"], run, cpu_percent=100 * run.cpu / run.wall)


def ledger(site: Site) -> Figure:
    """Megabytes of the ledgers of a clean run."""
    run, size = produced(site, _LEDGER, "-n", str(site.records(_MANY)), "--workers", "2")
    return figure(size / 1e6, run)


def rates(site: Site) -> Iterator[Suite]:
    """A suite a path: its rounds compare what differs in stamps and ledger alone."""
    for path, (_, _, count, header) in _PATHS.items():
        named = {how: f"{path}, {how}" if how else path for how in ("", _ID, _HEADER, _LEDGER)}
        contenders = [Contender(name, partial(unpaced, site, path, how)) for how, name in named.items()]
        targets = [
            Target(f"{_ID} ÷ without", (named[_ID],), named[""], 0.95, 1.0),
            Target(f"{_HEADER} ÷ without", (named[_HEADER],), named[""], header, 1.0),
            Target(f"{_LEDGER} ÷ {_ID}", (named[_LEDGER],), named[_ID], 0.97, 0.99),
            Target(f"{_LEDGER} ÷ {_ID}, CPU", (named[_LEDGER],), named[_ID], 1.03, 1.01, min, "cpu_us"),
        ]
        what = f"{site.records(count):,} events as fast as possible; {SETTINGS}"
        yield Suite(f"stamps and ledger, {path}", "records/s", what, contenders, targets)


def slip(site: Site) -> Suite:
    contenders, targets = [], []
    for rate in _RATES:
        for how in ("", _ID, _LEDGER):
            name = f"{rate}/s {how}".rstrip()
            contenders.append(Contender(name, partial(paced, site, rate, how)))
            targets.append(Target(f"p99 slip in ms at {name}", (name,), None, 5, 1, min))
    return Suite("stamps and ledger, paced", "ms p99 slip", f"{_SECONDS:.0f} s each", contenders, targets)


def size(site: Site) -> Suite:
    contenders = [Contender("2 workers", partial(ledger, site))]
    targets = [Target("MB of a clean ledger", ("2 workers",), None, 1.0, 0.1, min)]
    what = f"ledgers of {site.records(_MANY):,} events that were all acknowledged; 10 partitions"
    return Suite("ledger, size", "MB", what, contenders, targets)
