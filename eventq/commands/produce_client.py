"""Which class sends events."""

from eventq.core.produce_plan import SendPlan
from eventq.loops.produce import EventProducer

BROKER_FLOOR = {
    "kafka-python": "eventq.broker.produce",
    "librdkafka": "eventq.broker.produce_librdkafka",
}
"""The module of each client, for a forkserver to load one of them and not both."""


def producer(plan: SendPlan) -> EventProducer:
    if plan.client == "librdkafka":
        from eventq.broker.produce_librdkafka import LibrdkafkaProducer

        return LibrdkafkaProducer(plan)
    from eventq.broker.produce import KafkaPythonProducer

    return KafkaPythonProducer(plan)
