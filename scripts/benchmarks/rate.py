"""Whether a paced run keeps its rate, by the broker's clock, and how late its events are, by its own."""

from functools import partial

from benchmarks.process import measure
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import Site, report

RATES = ("0.5", "10", "1000", "5000")
_SECONDS = 60.0


def paced(site: Site, rate: str) -> Figure:
    """The rate's error in percent, from the LogAppendTime of the first and the last record."""
    with site.topic({"message.timestamp.type": "LogAppendTime"}) as topic:
        seconds = site.seconds(_SECONDS if float(rate) >= 1 else 2 * _SECONDS)
        run = measure(
            site.eventq("produce", "-t", topic, "-r", rate, "--duration", f"{seconds}s", "-q", "-o", "json")
        )
        count, first, last = appended(site, topic)
    said = report(run)
    achieved = (count - 1) / (last - first) * 1000 if last > first else float(rate)
    error = abs(achieved / float(rate) - 1) * 100
    return figure(error, run, slip_p99_ms=said["slip_ms"]["p99"], cpu_percent=100 * run.cpu / run.wall)


def appended(site: Site, topic: str) -> tuple[int, int, int]:
    """How many records the topic has, and the first and the last LogAppendTime in milliseconds."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": site.bootstrap, "group.id": "bench-clock"})
    count, times = 0, []
    for partition in range(10):
        start, end = consumer.get_watermark_offsets(TopicPartition(topic, partition))
        count += end - start
        for offset in {start, end - 1} if end > start else ():
            consumer.assign([TopicPartition(topic, partition, offset)])
            message = consumer.poll(10)
            assert message is not None, f"{topic}/{partition} at {offset} can't be read"
            times.append(message.timestamp()[1])
    consumer.close()
    return count, min(times), max(times)


def suite(site: Site) -> Suite:
    contenders = [Contender(f"{rate}/s", partial(paced, site, rate)) for rate in RATES]
    targets = [Target(f"% error at {rate}/s", (f"{rate}/s",), None, 0.1, 0.01, min) for rate in RATES]
    targets += [
        Target(f"p99 slip in ms at {rate}/s", (f"{rate}/s",), None, 5, 1, min, "slip_p99_ms")
        for rate in RATES
    ]
    what = "mean rate error by LogAppendTime, 60 s (120 s at 0.5/s); 10 partitions; p99 slip by the sender"
    return Suite("rate", "% error", what, contenders, targets)
