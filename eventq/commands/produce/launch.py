"""Where workers run: one in this process, as another would take longer to start; several each in its own.

One that is to be killed has a process of its own too.
"""

from collections.abc import Sequence
from functools import partial

from eventq.commands.produce.client import BROKER_FLOOR
from eventq.commands.produce.worker import main, work
from eventq.core.capacity import Need, check_count
from eventq.core.produce.feed import Share
from eventq.core.produce.plan import ProducePlan
from eventq.loops.processes.child import Child
from eventq.loops.processes.in_process import InProcessChild, no_wait
from eventq.loops.processes.parent_loop import Wait
from eventq.loops.produce.batches import Feed
from eventq.loops.produce.parent import Launch

_ENTRY = "eventq.commands.produce.worker"
_NEED = {
    "kafka-python": Need(working_mb=22, idle_mb=12, threads=2),
    "librdkafka": Need(working_mb=30, idle_mb=7, threads=4),
}
"""Measured with 4 workers that send as fast as they can; see docs/performance.md."""


def check_room(plan: ProducePlan) -> None:
    """UsageError for more workers than this machine can hold."""
    if plan.workers > 1:
        from eventq.loops.processes.machine import machine

        check_count("--workers", "worker", plan.workers, machine(), _NEED[plan.send.client], plan.workers)


def prepare(plan: ProducePlan) -> None:
    """Begins early what workers in processes of their own have to wait for."""
    if plan.has_processes:
        from eventq.loops.processes import forkserver

        forkserver.prepare([_ENTRY, BROKER_FLOOR[plan.send.client]])


def launcher(plan: ProducePlan, shares: Sequence[Share], feed: Feed) -> tuple[Launch, Wait]:
    """How to start worker w and to wait for workers; `feed` is what a worker in this process sends."""
    if not plan.has_processes:
        return lambda _number: InProcessChild(partial(work, plan, feed, number=shares[0].worker)), no_wait

    from eventq.loops.processes import forkserver

    def launch(number: int) -> Child:
        return forkserver.start(main, (plan, shares[number]), f"worker-{number}")

    return launch, forkserver.wait
