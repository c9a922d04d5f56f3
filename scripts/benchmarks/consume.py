"""How fast a full topic is worked off, against what else can consume."""

import uuid

from benchmarks.process import measure
from benchmarks.rounds import Contender, Figure, Suite, Target, figure
from benchmarks.site import Site, kcat, own_clock, report

FETCH = ("fetch.queue.backoff.ms=10", "queued.max.messages.kbytes=16384")
_ALL = 3_000_000
_WHOLE = 1_000_000
_PYTHON = 500_000


def fill(site: Site, topic: str) -> int:
    count = site.records(_ALL)
    measure(site.eventq("produce", "-t", topic, "-n", str(count), "-q", "-o", "json"))
    return count


def eventq(site: Site, topic: str, members: int, count: int, *options: str, whole: bool = False) -> Figure:
    group = ["-g", f"bench-{uuid.uuid4()}", "--count", str(members), "--from-beginning"]
    goal = ["-n", str(count)] if whole else ["--until-end"]
    run = measure(site.eventq("consume", "-t", topic, *group, *goal, "-q", "-o", "json", *options))
    said = report(run)
    return figure(count / run.wall if whole else said["rate"], run)


def bare(site: Site, topic: str, count: int) -> Figure:
    return own_clock(site.script("bare_consumer.py", site.bootstrap, topic, str(count), *FETCH))


def java(site: Site, topic: str, count: int) -> Figure:
    """ConsumerPerformance by its own clock; its rate without the rebalance stands beside it."""
    goal = ["--num-records", str(count), "--timeout", "60000"]  # after 10 s without a record it gives up
    options = ["--topic", topic, *goal, "--group", f"java-{uuid.uuid4()}"]
    run = measure(site.java("org.apache.kafka.tools.ConsumerPerformance", *options))
    fields = [field.strip() for field in run.out.strip().splitlines()[-1].split(",")]
    return figure(float(fields[5]), run, without_rebalance=float(fields[9]))


def kcat_group(site: Site, topic: str, count: int) -> Figure:
    """Kcat -G until it has seen as many, by the wall clock."""
    options = ["-X", "auto.offset.reset=earliest", "-c", str(count), "-q", "-f", "%o\n"]
    run = measure(["kcat", "-b", site.bootstrap, *options, "-G", f"kcat-{uuid.uuid4()}", topic])
    return figure(count / run.wall, run)


def rates(site: Site, topic: str, count: int) -> Suite:
    def members(n: int) -> Contender:
        return Contender(f"eventq, {n} members", lambda: eventq(site, topic, n, count))

    contenders = [
        *(members(n) for n in (1, 2, 3)),
        Contender("bare confluent-kafka loop", lambda: bare(site, topic, count)),
        Contender("ConsumerPerformance", lambda: java(site, topic, count)),
    ]
    best = tuple(contender.name for contender in contenders[:3])
    targets = [
        Target("1 member ÷ bare confluent-kafka loop", best[:1], "bare confluent-kafka loop", 0.5, 0.65),
        Target("best of 1 to 3 members ÷ ConsumerPerformance", best, "ConsumerPerformance", 0.5, 1.0),
    ]
    what = f"{count:,} Purchases, every one decoded by eventq; the bare loop with {', '.join(FETCH)}"
    return Suite("consume", "records/s", what, contenders, targets)


def over_kafka_python(site: Site, topic: str) -> Suite:
    count = site.records(_PYTHON)
    run = Contender(
        "eventq, kafka-python, 1 member",
        lambda: eventq(site, topic, 1, count, "--client", "kafka-python", whole=True),
    )
    return Suite("consume, kafka-python, whole process", "records/s", f"{count:,} Purchases", [run])


def whole(site: Site, topic: str) -> Suite:
    count = site.records(_WHOLE)
    contenders = [Contender("eventq, 1 member", lambda: eventq(site, topic, 1, count, whole=True))]
    targets = []
    if kcat():
        contenders.append(Contender("kcat -G", lambda: kcat_group(site, topic, count)))
        targets.append(Target("eventq ÷ kcat -G", ("eventq, 1 member",), "kcat -G", 0.3, 0.6))
    return Suite("consume, whole process", "records/s", f"{count:,} Purchases", contenders, targets)
