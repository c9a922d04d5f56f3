"""How fast events are made and acknowledged, against what else can produce."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.bare_handing import WAYS
from benchmarks.process import measure
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import BATCH_BYTES, LINGER_MS, SETTINGS, Site, kcat, own_clock, report

BYTES = 97
_JAVA = 3_000_000
_PYTHON = 300_000
_WHOLE = 1_000_000
_STEADY = re.compile(r"steady state records sent, ([\d.]+) records/sec")


def eventq(site: Site, count: int, *options: str, whole: bool = False) -> Figure:
    """By eventq's own report, or with `whole` by the wall clock of the process."""
    with site.topic() as topic:
        batch = ["--linger-ms", str(LINGER_MS), "--batch-bytes", str(BATCH_BYTES)]
        run = measure(
            site.eventq("produce", "-t", topic, "-n", str(count), *batch, "-q", "-o", "json", *options)
        )
    said = report(run)
    return figure(count / run.wall if whole else said["achieved_rate"], run, ack_p99_ms=said["ack_ms"]["p99"])


def java(site: Site, count: int) -> Figure:
    """ProducerPerformance by its own clock after its warm-up of as many records again as a third."""
    warm_up = count // 3
    properties = [
        "acks=all",
        "enable.idempotence=true",
        f"linger.ms={LINGER_MS}",
        f"batch.size={BATCH_BYTES}",
    ]
    with site.topic() as topic:
        sizes = ["--record-size", str(BYTES), "--num-records", str(count + warm_up)]
        rest = ["--warmup-records", str(warm_up), "--throughput", "-1", "--command-property", *properties]
        run = measure(
            site.java("org.apache.kafka.tools.ProducerPerformance", "--topic", topic, *sizes, *rest)
        )
    steady = _STEADY.search(run.out)
    assert steady is not None, run.out[-500:]
    return figure(float(steady[1]), run)


def bare(site: Site, client: str, count: int) -> Figure:
    with site.topic() as topic:
        numbers = [str(n) for n in (count, LINGER_MS, BATCH_BYTES)]
        return own_clock(site.script("bare_producer.py", client, site.bootstrap, topic, *numbers))


def kcat_file(site: Site, lines: Path, count: int) -> Figure:
    """Kcat -P of ready lines from a file, by the wall clock."""
    settings = ("acks=all", "enable.idempotence=true", f"linger.ms={LINGER_MS}", f"batch.size={BATCH_BYTES}")
    with site.topic() as topic:
        options = [word for setting in settings for word in ("-X", setting)]
        run = measure(["kcat", "-P", "-b", site.bootstrap, "-t", topic, *options, "-l", str(lines)])
    return figure(count / run.wall, run)


def rates(site: Site) -> Suite:
    """Records per second by each program's own clock."""
    most, fewer = site.records(_JAVA), site.records(_PYTHON)
    contenders = [
        Contender("eventq, 1 worker", lambda: eventq(site, most, "--client", "librdkafka")),
        Contender(
            "eventq, 2 workers", lambda: eventq(site, most, "--client", "librdkafka", "--workers", "2")
        ),
        Contender("ProducerPerformance", lambda: java(site, most)),
        Contender("bare confluent-kafka loop", lambda: bare(site, "librdkafka", most)),
        Contender("eventq, kafka-python", lambda: eventq(site, fewer, "--client", "kafka-python")),
        Contender("bare kafka-python loop", lambda: bare(site, "kafka-python", fewer)),
    ]
    eventq_best = ("eventq, 1 worker", "eventq, 2 workers")
    targets = [
        Target("best of 1 or 2 workers ÷ ProducerPerformance", eventq_best, "ProducerPerformance", 1.0, 1.5),
        Target(
            "1 worker ÷ bare confluent-kafka loop", eventq_best[:1], "bare confluent-kafka loop", 0.6, 0.8
        ),
        Target(
            "kafka-python ÷ bare kafka-python loop",
            ("eventq, kafka-python",),
            "bare kafka-python loop",
            0.85,
            1.0,
        ),
    ]
    what = f"{most:,} events of about {BYTES} bytes (kafka-python: {fewer:,}); {SETTINGS}"
    return Suite("produce", "records/s", what, contenders, targets)


def whole(site: Site, lines: Path) -> Suite:
    """Records per second of the whole process, its start included."""
    count = site.records(_WHOLE)
    contenders = [Contender("eventq", lambda: eventq(site, count, whole=True))]
    targets = []
    if kcat():
        contenders.append(Contender("kcat -P from a file", lambda: kcat_file(site, lines, count)))
        targets.append(Target("eventq ÷ kcat -P", ("eventq",), "kcat -P from a file", 0.3, 0.4))
    return Suite("produce, whole process", "records/s", f"{count:,} events; {SETTINGS}", contenders, targets)


def sweep(site: Site) -> Suite:
    """Records per second against workers, the size of a record and compression."""
    count = site.records(_WHOLE)
    contenders = [
        Contender(f"{n} workers", partial(eventq, site, count, "--workers", str(n))) for n in (1, 2, 3)
    ]
    contenders += [
        Contender(f"compression {name}", partial(eventq, site, count, "--compression", name))
        for name in ("gzip", "lz4", "zstd", "snappy")
    ]
    contenders += [
        Contender(f"records of {size:,} bytes", partial(sized, site, count // 5, size))
        for size in (100, 1_000, 10_000)
    ]
    what = f"{count:,} events, {count // 5:,} where their size is given (from a file); {SETTINGS}"
    return Suite("produce, against what", "records/s", what, contenders)


def handing(site: Site) -> Suite:
    """What handing over and hearing of an event costs, way by way."""
    count = site.records(_WHOLE)

    def bare_way(way: str) -> Figure:
        with site.topic() as topic:
            numbers = [str(n) for n in (count, LINGER_MS, BATCH_BYTES)]
            words = ["-m", "benchmarks.bare_handing", way, site.bootstrap, topic, *numbers]
            return own_clock([sys.executable, *words])

    contenders = [Contender(way, partial(bare_way, way)) for way in WAYS]
    what = f"{count:,} prebuilt values, a bare loop over confluent-kafka; {SETTINGS}"
    return Suite("handing over", "µs of CPU an event", what, contenders)


def sized(site: Site, count: int, size: int) -> Figure:
    with file_of(count, size) as lines:
        return eventq(site, count, "--input", str(lines))


@contextmanager
def file_of(count: int, size: int) -> Iterator[Path]:
    """`count` lines of `size` random printable bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines"
        line = os.urandom(size // 2).hex().encode().ljust(size, b"x") + b"\n"
        with path.open("wb") as out:
            for _ in range(count):
                out.write(line)
        yield path
