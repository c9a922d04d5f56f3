"""A member process: where the forkserver enters."""

import gc
from functools import partial

from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.purchase_batch import json_faults, no_faults, purchase_faults
from eventq.loops.clock import SystemClock
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.member import Member
from eventq.loops.consume.processing import Faults
from eventq.loops.consume.simulated_work import SimulatedWork
from eventq.loops.processes.child import Pipe
from eventq.loops.processes.entry import run_child
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


def main(pipe: Pipe, plan: MemberPlan) -> None:
    """One member, until the parent says Stop or is gone."""
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    run_child(pipe, SystemClock(), "member", partial(_work, plan))


def _work(plan: MemberPlan, parent: ParentPipe) -> None:
    consumer, clock = _consumer(plan), SystemClock()
    sink = SimulatedWork(consumer, parent, plan, clock)
    Member(consumer, sink, parent, plan, _FAULTS[plan.value_format], clock).run()


def _consumer(plan: MemberPlan) -> GroupConsumer:
    if plan.client == "librdkafka":
        from eventq.broker.consume.librdkafka import LibrdkafkaConsumer

        return LibrdkafkaConsumer(plan)
    from eventq.broker.consume.kafka_python import KafkaPythonConsumer

    return KafkaPythonConsumer(plan)
