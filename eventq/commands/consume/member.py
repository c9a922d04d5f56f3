"""A member process: where the forkserver enters."""

import gc
import os
import signal
from multiprocessing.connection import Connection

from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.purchase_batch import json_faults, no_faults, purchase_faults
from eventq.core.errors import EventqError, ExitCode
from eventq.loops.clock import SystemClock
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.member import Member
from eventq.loops.consume.messages import Done
from eventq.loops.consume.processing import Faults
from eventq.loops.consume.simulated_work import SimulatedWork
from eventq.loops.processes.messages import Failed
from eventq.loops.processes.parent_pipe import ParentPipe

_FAULTS: dict[str, Faults] = {"purchase": purchase_faults, "json": json_faults, "raw": no_faults}
BROKER_FLOOR = {
    "kafka-python": "eventq.broker.consume.kafka_python",
    "librdkafka": "eventq.broker.consume.librdkafka",
}
"""The module of each client, for a forkserver to load one of them and not both."""
_GC_THRESHOLD = (
    100_000  # records come by thousands and hold no cycles: looking for those costs a tenth of the time
)


def main(pipe: Connection, plan: MemberPlan) -> None:
    """One member, until the parent says Stop or is gone. Signals are the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    clock = SystemClock()
    parent = ParentPipe(pipe, clock)
    code = ExitCode.DONE
    try:
        consumer = _consumer(plan)
        sink = SimulatedWork(consumer, parent, plan, clock)
        Member(consumer, sink, parent, plan, _FAULTS[plan.value_format], clock).run()
    except EventqError as error:
        code = _fail(parent, error)
    except Exception as error:
        code = _fail(parent, EventqError(f"a member met an unexpected {type(error).__name__}: {error}"))
    pipe.close()
    os._exit(code)


def _fail(parent: ParentPipe, error: EventqError) -> ExitCode:
    parent.send(Failed(str(error), error.hint))
    parent.send(Done())
    return error.exit_code


def _consumer(plan: MemberPlan) -> GroupConsumer:
    if plan.client == "librdkafka":
        from eventq.broker.consume.librdkafka import LibrdkafkaConsumer

        return LibrdkafkaConsumer(plan)
    from eventq.broker.consume.kafka_python import KafkaPythonConsumer

    return KafkaPythonConsumer(plan)
