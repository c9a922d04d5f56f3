"""A worker of a produce run, and where the forkserver enters one that has a process of its own."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from eventq.commands.produce.client import producer
from eventq.core.clock import Clock
from eventq.core.identity import header_values
from eventq.core.ledger.lines import RunLine
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.plan import LedgerPlan, ProducePlan, Stamp
from eventq.core.produce.queue_bound import OnFull
from eventq.core.timestamps import rfc3339
from eventq.loops.clock import SystemClock
from eventq.loops.processes.child import Pipe
from eventq.loops.processes.link import ParentLink
from eventq.loops.produce.batches import Feed
from eventq.loops.produce.ledger import AHEAD_EVENTS, LedgerKeeper
from eventq.loops.produce.worker import Worker

if TYPE_CHECKING:
    from eventq.core.produce.placing import Placer

_AHEAD_SECONDS = 0.1


def main(pipe: Pipe, plan: ProducePlan, share: Share) -> None:
    """The worker of this share, until it is sent or the parent says Stop or is gone."""
    from eventq.loops.processes.entry import run_child

    def body(parent: ParentLink) -> None:
        work(plan, generated(plan, share), parent, share.worker)

    run_child(pipe, SystemClock(), "worker", body)


def generated(plan: ProducePlan, share: Share) -> GeneratedFeed:
    return GeneratedFeed(plan.seed, plan.key, share, plan.schedule.total, plan.id_run)


def work(plan: ProducePlan, feed: Feed, parent: ParentLink, number: int) -> None:
    """Sends what `feed` has, as the plan asks for and as the parent allows; `number` among all workers."""
    clock = SystemClock()
    settlements = ledger = None
    if plan.ledger is not None:
        settlements = Settlements()
        ledger = _ledger(plan, plan.ledger, number, settlements, clock)
    identities = partial(header_values, plan.run, number) if plan.stamp is Stamp.HEADER else None
    sender = producer(plan, number, settlements, clock)
    dies_after = None if plan.fault is None else plan.fault.kills_after(number // plan.shard.count)
    drops = plan.bound is not None and plan.bound.on_full is OnFull.DROP
    Worker(
        plan.schedule,
        feed,
        sender,
        parent,
        clock,
        ledger,
        identities,
        dies_after,
        gated=plan.bound is not None,
        drops=drops,
        placer=_placer(plan, drops=drops),
    ).run()


def _placer(plan: ProducePlan, *, drops: bool) -> "Placer | None":
    """Where partitions have bounds of their own an event's partition has to be known before it is sent."""
    if plan.bound is None or plan.bound.max_partition_lag is None:
        return None
    from eventq.core.produce.placing import Placer

    return Placer(plan.bound.partitions, plan.send.partition, drops=drops)


def _ledger(
    plan: ProducePlan, ledger: LedgerPlan, number: int, settlements: Settlements, clock: Clock
) -> LedgerKeeper:
    from eventq.stores.produce.ledger_file import LedgerFile

    send = plan.send
    first = RunLine(
        run=plan.run,
        worker=number,
        workers=plan.share(0).workers,
        topic=send.topic,
        topic_id=ledger.topic_id,
        cluster=ledger.cluster,
        acks=send.acks.value,
        idempotent=send.idempotent,
        stamp=plan.stamp.value,
        seed=plan.seed if plan.input is None else None,
        at=rfc3339(clock.now()),
    )
    ahead = max(AHEAD_EVENTS, plan.schedule.within(_AHEAD_SECONDS) or 0)
    store = LedgerFile(Path(ledger.file(number)), append=ledger.append)
    return LedgerKeeper(store, settlements, first, ahead, clock)
