"""A worker process of a produce run: where the forkserver enters."""

import os
import signal
from multiprocessing.connection import Connection

from eventq.commands.produce.client import producer
from eventq.core.errors import EventqError
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.plan import ProducePlan
from eventq.loops.clock import SystemClock
from eventq.loops.processes.messages import Failed
from eventq.loops.processes.parent_pipe import ParentPipe
from eventq.loops.produce.worker import Worker


def main(pipe: Connection, plan: ProducePlan, share: Share) -> None:
    """One worker, until its share is sent or the parent says Stop or is gone. Signals are the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    clock = SystemClock()
    parent = ParentPipe(pipe, clock)
    try:
        feed = GeneratedFeed(plan.seed, plan.key, share, plan.schedule.total)
        Worker(plan.schedule, feed, producer(plan.send), parent, clock).run()
    except EventqError as error:
        parent.send(Failed(str(error), error.hint))
    except Exception as error:
        parent.send(Failed(f"a worker met an unexpected {type(error).__name__}: {error}", None))
    pipe.close()
    os._exit(0)
