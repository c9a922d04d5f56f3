"""A member process: where the forkserver enters."""

import gc
from functools import partial
from typing import TYPE_CHECKING

from eventq.core.clock import Clock
from eventq.core.consume.delivery import Delivery, SinkPlan, is_transactional
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.purchase_batch import json_faults, no_faults, purchase_faults
from eventq.loops.clock import SystemClock
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.group_consumer import GroupConsumer
from eventq.loops.consume.member import Member
from eventq.loops.consume.messages import Crashing
from eventq.loops.consume.processing import Faults
from eventq.loops.consume.simulated_work import SimulatedWork
from eventq.loops.consume.sink import Sink
from eventq.loops.processes.child import Pipe
from eventq.loops.processes.entry import run_child
from eventq.loops.processes.parent_pipe import ParentPipe

if TYPE_CHECKING:
    from eventq.loops.consume.dead_letters import DeadLetters

_FAULTS: dict[str, Faults] = {"purchase": purchase_faults, "json": json_faults, "raw": no_faults}
BROKER_FLOOR = {
    "kafka-python": "eventq.broker.consume.kafka_python",
    "librdkafka": "eventq.broker.consume.librdkafka",
}
"""The module of each client, for a forkserver to load one of them and not both."""
STORES_FLOOR = {
    "sqlite": "eventq.stores.consume.sqlite",
    "jsonl": "eventq.stores.consume.jsonl",
    "postgresql": "eventq.stores.consume.postgresql",
}
"""The same of each kind of sink."""
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
    crash = CrashPoints(
        plan.faults, plan.number, plan.restarts, tell=lambda point: parent.send(Crashing(point))
    )
    sink = _with_dead_letters(plan, _sink(plan, consumer, parent, clock, crash), parent, clock)
    Member(consumer, sink, parent, plan, _FAULTS[plan.value_format], clock, crash).run()


def _sink(
    plan: MemberPlan, consumer: GroupConsumer, parent: ParentPipe, clock: Clock, crash: CrashPoints
) -> Sink:
    if plan.sink is None:
        return SimulatedWork(consumer, parent, plan, clock)
    if is_transactional(plan.delivery, plan.sink.kind):
        return _transactions(plan, plan.sink, consumer, parent, clock, crash)
    from eventq.commands.consume.store import effect_store, position_store
    from eventq.loops.consume.exactly_once import ExactlyOnce
    from eventq.loops.consume.retries import Retries
    from eventq.loops.consume.stored_effects import StoredEffects

    if plan.delivery is Delivery.EXACTLY_ONCE:
        positions = position_store(plan, plan.sink, crash)
        retries = Retries(positions, plan.sink, parent, clock)
        return ExactlyOnce(consumer, parent, plan, positions, retries, clock)
    store = effect_store(plan, plan.sink)
    retries = Retries(store, plan.sink, parent, clock)
    return StoredEffects(consumer, parent, plan, store, retries, clock)


def _transactions(
    plan: MemberPlan,
    sink: SinkPlan,
    consumer: GroupConsumer,
    parent: ParentPipe,
    clock: Clock,
    crash: CrashPoints,
) -> Sink:
    from eventq.commands.consume.copies import transactional_producer
    from eventq.loops.consume.retries import Retries
    from eventq.loops.consume.transactional import Transactions

    producer = transactional_producer(plan, sink)
    retries = Retries(producer, sink, parent, clock)
    return Transactions(consumer, parent, plan, sink, producer, retries, clock, crash)


def _with_dead_letters(plan: MemberPlan, sink: Sink, parent: ParentPipe, clock: Clock) -> Sink:
    """Beside a sink that does not write the topic in its own transaction."""
    topic = plan.on_malformed.topic
    if topic is None:
        return sink
    from eventq.loops.consume.dead_letters import DeadLetterSink
    from eventq.loops.consume.retries import Retries

    letters = _dead_letters(plan, topic)
    return DeadLetterSink(sink, letters, Retries(letters, plan.on_malformed, parent, clock))


def _dead_letters(plan: MemberPlan, topic: str) -> "DeadLetters":
    if plan.client == "librdkafka":
        from eventq.broker.consume.librdkafka_dead_letters import LibrdkafkaDeadLetters

        return LibrdkafkaDeadLetters(plan, topic)
    from eventq.broker.consume.kafka_python_dead_letters import KafkaPythonDeadLetters

    return KafkaPythonDeadLetters(plan, topic)


def _consumer(plan: MemberPlan) -> GroupConsumer:
    if plan.client == "librdkafka":
        from eventq.broker.consume.librdkafka import LibrdkafkaConsumer

        return LibrdkafkaConsumer(plan)
    from eventq.broker.consume.kafka_python import KafkaPythonConsumer

    return KafkaPythonConsumer(plan)
