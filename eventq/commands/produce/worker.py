"""A worker of a produce run, and where the forkserver enters one that has a process of its own."""

from eventq.commands.produce.client import producer
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.plan import ProducePlan
from eventq.loops.clock import SystemClock
from eventq.loops.processes.child import Pipe
from eventq.loops.processes.link import ParentLink
from eventq.loops.produce.produce import Feed
from eventq.loops.produce.worker import Worker


def main(pipe: Pipe, plan: ProducePlan, share: Share) -> None:
    """The worker of this share, until it is sent or the parent says Stop or is gone."""
    from eventq.loops.processes.entry import run_child

    def body(parent: ParentLink) -> None:
        work(plan, GeneratedFeed(plan.seed, plan.key, share, plan.schedule.total), parent)

    run_child(pipe, SystemClock(), "worker", body)


def work(plan: ProducePlan, feed: Feed, parent: ParentLink) -> None:
    """Sends what `feed` has, as the plan asks for and as the parent allows."""
    Worker(plan.schedule, feed, producer(plan.send), parent, SystemClock()).run()
