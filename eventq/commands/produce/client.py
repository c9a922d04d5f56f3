"""Which class sends events."""

from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.plan import SendPlan
from eventq.loops.produce.produce import EventProducer

BROKER_FLOOR = {
    "kafka-python": "eventq.broker.produce.kafka_python",
    "librdkafka": "eventq.broker.produce.librdkafka",
}
"""The module of each client, for a forkserver to load one of them and not both."""


def producer(plan: SendPlan, settlements: Settlements | None) -> EventProducer:
    """It tells `settlements` what became of events, if somebody writes that down."""
    if plan.client == "librdkafka":
        from eventq.broker.produce.librdkafka import LibrdkafkaProducer

        return LibrdkafkaProducer(plan, settlements)
    from eventq.broker.produce.kafka_python import KafkaPythonProducer

    return KafkaPythonProducer(plan, settlements)
