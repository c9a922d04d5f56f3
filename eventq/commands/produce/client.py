"""Which class sends events."""

from collections.abc import Callable
from functools import partial

from eventq.core.clock import Clock
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.plan import ProducePlan, SendPlan
from eventq.core.produce.transactions import TransactionPlan, abort_choice
from eventq.loops.produce.produce import EventProducer

BROKER_FLOOR = {
    "kafka-python": "eventq.broker.produce.kafka_python",
    "librdkafka": "eventq.broker.produce.librdkafka",
}
"""The module of each client, for a forkserver to load one of them and not both."""


def producer(plan: ProducePlan, worker: int, settlements: Settlements | None, clock: Clock) -> EventProducer:
    """It tells `settlements` what became of events, if somebody writes that down."""
    if plan.send.transactions is None:
        return _plain(plan.send, settlements)
    return _transactional(plan, plan.send.transactions, worker, settlements, clock)


def _plain(plan: SendPlan, settlements: Settlements | None) -> EventProducer:
    if plan.client == "librdkafka":
        from eventq.broker.produce.librdkafka import LibrdkafkaProducer

        return LibrdkafkaProducer(plan, settlements)
    from eventq.broker.produce.kafka_python import KafkaPythonProducer

    return KafkaPythonProducer(plan, settlements)


def _transactional(
    plan: ProducePlan,
    transactions: TransactionPlan,
    worker: int,
    settlements: Settlements | None,
    clock: Clock,
) -> EventProducer:
    from eventq.loops.produce.transactional_client import TransactionalClient
    from eventq.loops.produce.transactions import TransactionalProducer

    make: Callable[[], TransactionalClient]
    if plan.send.client == "librdkafka":
        from eventq.broker.produce.librdkafka_transactions import LibrdkafkaTransactions

        make = partial(LibrdkafkaTransactions, plan.send, transactions, worker)
    else:
        from eventq.broker.produce.kafka_python_transactions import KafkaPythonTransactions

        make = partial(KafkaPythonTransactions, plan.send, transactions, worker)
    is_aborted = abort_choice(transactions, plan.seed, worker)
    return TransactionalProducer(make, transactions, worker, is_aborted, clock, settlements)
