"""Wires a produce run up and says how it went."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from eventq.commands.options import Shared
from eventq.commands.output import note, redrawable, write, write_json
from eventq.commands.produce.feeds import opened_feed
from eventq.commands.produce.launch import check_room, launcher, prepare
from eventq.commands.produce.output import ProduceOutput
from eventq.commands.produce.topic import TopicRules, ready_topic
from eventq.commands.signals import raise_if_stopped, stop_in_order
from eventq.core.errors import EventqError, ThresholdBreached, UsageError
from eventq.core.kafka import TopicFacts
from eventq.core.outcome import Outcome
from eventq.core.produce.feed import GeneratedFeed
from eventq.core.produce.keys import KeyKind
from eventq.core.produce.plan import Acks, ProducePlan
from eventq.core.produce.report import ProduceReport
from eventq.core.produce.stage_report import StageOffered, StageReport
from eventq.core.produce.stages import NANO
from eventq.core.produce.transactions import TransactionEnd
from eventq.core.text import plural
from eventq.core.timestamps import rfc3339
from eventq.loops.clock import SystemClock
from eventq.loops.produce.line_feed import LineFeed
from eventq.loops.produce.parent import WorkerPool

if TYPE_CHECKING:
    from eventq.core.produce.queue_sample import BoundReport


def run_and_report(
    shared: Shared, plan: ProducePlan, rules: TopicRules, output: str, max_slip: float | None
) -> None:
    """`max_slip` in seconds. The report is printed whatever the end is.

    How the run ended is told even where the report can't be.
    """
    check_room(plan)
    prepare(plan)
    with opened_feed(plan) as feed:  # an input that can't be read makes no topic
        topic = _ready(shared, plan, rules)
        if plan.keep_partition and not isinstance(feed, GeneratedFeed):
            feed.keep_partitions(topic.partitions)
        if plan.ledger is not None:
            # which topic this is, whatever has its name later
            ledger = replace(plan.ledger, cluster=topic.cluster, topic_id=topic.topic_id)
            plan = replace(plan, ledger=ledger)
        if plan.bound is not None:
            plan = replace(plan, bound=replace(plan.bound, partitions=topic.partitions))
        pool, outcome, bound = _run(shared, plan, feed)
    report = _report(plan, pool, feed, bound)
    try:
        _print(report, output)
    finally:
        _judge(report, outcome, pool.error, max_slip)


def _ready(shared: Shared, plan: ProducePlan, rules: TopicRules) -> TopicFacts:
    send = plan.send
    topic = ready_topic(shared, send.connection, send.topic, rules, identified=plan.ledger is not None)
    if send.partition is not None and send.partition >= topic.partitions:
        raise UsageError(
            f"topic {send.topic} has no partition {send.partition}",
            hint=f"it has partitions 0 to {topic.partitions - 1}",
        )
    if not send.idempotent:
        note(shared, f"acks {send.acks.value}, not idempotent: events can be lost or duplicated")
    if shared.verbose:
        note(shared, f"run {plan.run}, client {send.client}")
    if plan.start is not None:
        note(shared, f"the schedule starts at {rfc3339(plan.start / NANO)}")
    return topic


_Result = tuple[WorkerPool, Outcome, "BoundReport | None"]


def _run(shared: Shared, plan: ProducePlan, feed: GeneratedFeed | LineFeed) -> _Result:
    shares = [plan.share(worker) for worker in range(plan.workers)]
    launch, wait = launcher(plan, shares, feed)
    keyed = plan.key.kind is not KeyKind.NONE
    with _output(shared, plan) as output:
        clock = SystemClock()
        pool = WorkerPool(plan.schedule, shares, launch, wait, clock, output, keyed=keyed, epoch=plan.start)
        if plan.bound is None:
            with stop_in_order(pool.ask):
                return pool, pool.run(), None
        from eventq.commands.produce.bound import held_to

        with held_to(shared, plan, plan.bound, pool.settled) as control, stop_in_order(pool.ask):
            pool.bind(control)
            output.bound = control.now
            outcome = pool.run()
        return pool, outcome, control.report()


def _output(shared: Shared, plan: ProducePlan) -> ProduceOutput:
    live = not shared.quiet and redrawable(sys.stderr)
    return ProduceOutput(plan, live=live, quiet=shared.quiet)


def _stages(plan: ProducePlan, pool: WorkerPool) -> tuple[StageReport, ...]:
    done = pool.stages
    return tuple(
        StageReport(number, stage, done.get(number - 1) or StageOffered())
        for number, stage in enumerate(plan.schedule.stages, 1)
    )


def _target_rate(plan: ProducePlan, pool: WorkerPool) -> float | None:
    """Of this shard: what does not change, else what was asked for over the events that were offered."""
    rate = plan.schedule.rate_at(0)
    if plan.schedule.steady:
        return None if rate is None else rate / plan.shard.count
    spans = [span for stage in pool.stages.values() for span in stage.turns.values()]
    if not spans:
        return None
    seconds = (max(span.last_due for span in spans) - min(span.first_due for span in spans)) / NANO
    return (sum(span.count for span in spans) - 1) / seconds if seconds else None


def _report(
    plan: ProducePlan, pool: WorkerPool, feed: GeneratedFeed | LineFeed, bound: "BoundReport | None"
) -> ProduceReport:
    offered = pool.offered
    return ProduceReport(
        topic=plan.send.topic,
        run=plan.run,
        client=plan.send.client,
        acknowledged=plan.send.acks is not Acks.NONE,
        start=pool.start.at,
        seconds=max(0.0, pool.end - pool.start.at),
        target_rate=_target_rate(plan, pool),
        offered=offered,
        deliveries=pool.deliveries,
        empty_lines=feed.empty if isinstance(feed, LineFeed) else None,
        stamp=plan.stamp.value,
        ledger=None if plan.ledger is None else plan.ledger.path,
        bound=bound,
        epoch=pool.start.epoch / NANO,
        stages=_stages(plan, pool),
        shard=None if plan.shard.alone else str(plan.shard),
        transactions=plan.send.transactions,
        seed=plan.seed,
        injected=tuple(pool.injected),
        fault_seed=None if plan.fault is None else plan.fault.seed,
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
    raise_if_stopped(outcome)
    if error is not None:
        raise error
    deliveries = report.deliveries
    spoilt = deliveries.transactions[TransactionEnd.FAILED]
    if deliveries.failed or deliveries.unknown or spoilt:
        with_them = f"; {plural(spoilt, 'transaction')} aborted because of errors" if spoilt else ""
        raise EventqError(
            f"{plural(deliveries.failed, 'event')} failed, "
            f"{deliveries.unknown} may or may not have been written{with_them}",
            hint=", ".join(f"{reason}: {count}" for reason, count in deliveries.errors.most_common()),
        )
    slip = report.offered.slip_ms.quantile(0.99)
    if max_slip is not None and slip is not None and slip > max_slip * 1000:
        raise ThresholdBreached(
            f"p99 slip {slip:.1f} ms is above --max-slip {max_slip * 1000:g} ms",
            hint="the load was not the one requested; try a lower rate, or more --workers",
        )
