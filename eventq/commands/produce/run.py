"""Wires a produce run up, alone or over several workers, and says how it went."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from typing import TYPE_CHECKING

from eventq.commands.options import Shared
from eventq.commands.output import note, write, write_json
from eventq.commands.produce.client import BROKER_FLOOR, producer
from eventq.commands.produce.output import ProduceOutput
from eventq.commands.produce.topic import TopicRules, ready_topic
from eventq.commands.signals import signals
from eventq.core.errors import EventqError, ExitCode, Stopped, ThresholdBreached, UsageError
from eventq.core.outcome import Outcome
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.keys import KeyKind
from eventq.core.produce.plan import Acks, ProducePlan
from eventq.core.produce.report import ProduceReport
from eventq.loops.clock import SystemClock
from eventq.loops.produce.line_feed import LineFeed
from eventq.loops.produce.produce import Produce

if TYPE_CHECKING:
    from eventq.loops.produce.parent import WorkerPool


def run_and_report(
    shared: Shared, plan: ProducePlan, rules: TopicRules, output: str, max_slip: float | None
) -> None:
    """`max_slip` in seconds. The report is printed whatever the end is."""
    if plan.workers > 1:
        from eventq.commands import processes

        processes.prepare(["eventq.commands.produce.worker", BROKER_FLOOR[plan.send.client]])
    with _feed(plan) as feed:  # an input that can't be read makes no topic
        _ready(shared, plan, rules)
        run = _pool(shared, plan) if plan.workers > 1 else _alone(shared, plan, feed)
    report, outcome, error = run
    _print(report, output)
    _judge(report, outcome, error, max_slip)


def _ready(shared: Shared, plan: ProducePlan, rules: TopicRules) -> None:
    send = plan.send
    count = ready_topic(shared, send.connection, send.topic, rules)
    if send.partition is not None and send.partition >= count:
        raise UsageError(
            f"topic {send.topic} has no partition {send.partition}", hint=f"0 to {count - 1} are there"
        )
    if not send.idempotent:
        note(shared, f"acks {send.acks.value}, not idempotent: events can be lost or doubled")
    if shared.verbose:
        note(shared, f"run {plan.run}, client {send.client}")


_Result = tuple[ProduceReport, Outcome, EventqError | None]


def _alone(shared: Shared, plan: ProducePlan, feed: GeneratedFeed | LineFeed) -> _Result:
    with _output(shared, plan) as output:
        client = producer(plan.send)
        run = Produce(plan.schedule, feed, client, SystemClock(), output)
        with signals(run):
            client.begin()
            outcome = run.run()
    empty = feed.empty if isinstance(feed, LineFeed) else None
    return _report(plan, run, empty), outcome, None


def _pool(shared: Shared, plan: ProducePlan) -> _Result:
    from eventq.commands import processes
    from eventq.loops.produce.parent import WorkerPool

    shares = [Share(worker, plan.workers) for worker in range(plan.workers)]

    def launch(worker: int) -> "processes.Child":
        from eventq.commands.produce.worker import main

        return processes.start(main, (plan, shares[worker]), f"worker-{worker}")

    keyed = plan.key.kind is not KeyKind.NONE
    with _output(shared, plan) as output:
        run = WorkerPool(plan.schedule, shares, launch, SystemClock(), output, keyed=keyed)
        with signals(run):
            outcome = run.run()
    return _report(plan, run, None), outcome, run.error


@contextmanager
def _feed(plan: ProducePlan) -> Iterator[GeneratedFeed | LineFeed]:
    if plan.input is None:
        yield GeneratedFeed(plan.seed, plan.key, Share(), plan.schedule.total)
    elif plan.input == "-":
        if sys.stdin is None:
            raise UsageError("--input -: standard input is closed", hint="name a file, or pipe lines into it")
        yield LineFeed(sys.stdin.fileno(), plan.schedule.total)
    else:
        with _opened(plan.input) as file:
            yield LineFeed(file.fileno(), plan.schedule.total)


def _opened(path: str) -> FileIO:
    try:
        return FileIO(path)
    except OSError as error:
        raise UsageError(
            f"--input {path} can't be read: {error.strerror}",
            hint="a file of one event a line, or - for standard input",
        ) from error


def _output(shared: Shared, plan: ProducePlan) -> ProduceOutput:
    live = not shared.quiet and sys.stderr.isatty()
    return ProduceOutput(plan.schedule, live=live, quiet=shared.quiet)


def _report(plan: ProducePlan, run: "Produce | WorkerPool", empty_lines: int | None) -> ProduceReport:
    target = plan.schedule.rate
    return ProduceReport(
        topic=plan.send.topic,
        run=plan.run,
        client=plan.send.client,
        acknowledged=plan.send.acks is not Acks.NONE,
        start=run.start.at,
        seconds=run.end - run.start.at,
        target_rate=None if target is None else float(target),
        offered=run.offered,
        deliveries=run.deliveries,
        empty_lines=empty_lines,
    )


def _print(report: ProduceReport, output: str) -> None:
    from eventq.views.produce.report import document, report_text

    if output == "json":
        write_json(document(report))
    else:
        write(report_text(report))


def _judge(
    report: ProduceReport, outcome: Outcome, error: EventqError | None, max_slip: float | None
) -> None:
    """A stop tells its signal, then a loss counts for more than lateness."""
    if outcome in {Outcome.SIGINT, Outcome.SIGTERM}:
        raise Stopped(ExitCode[outcome.name])
    if error is not None:
        raise error
    deliveries = report.deliveries
    if deliveries.failed or deliveries.unknown:
        raise EventqError(
            f"{deliveries.failed} events failed, {deliveries.unknown} may or may not have arrived",
            hint=", ".join(f"{reason}: {count}" for reason, count in deliveries.errors.most_common()),
        )
    slip = report.offered.slip_ms.quantile(0.99)
    if max_slip is not None and slip is not None and slip > max_slip * 1000:
        raise ThresholdBreached(
            f"p99 slip {slip:.1f} ms is above --max-slip {max_slip * 1000:g} ms",
            hint="this was not the load that was asked for; a lower rate, or more --workers, may be kept",
        )
