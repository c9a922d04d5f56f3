"""A loop over prebuilt values and nothing else, over either client: what the client alone can do.

bare_producer.py CLIENT BOOTSTRAP TOPIC COUNT LINGER_MS BATCH_BYTES     prints records per second
"""

import sys
import time
import uuid


def values() -> list[bytes]:
    """Ten thousand Purchases, made before the clock starts."""
    return [
        b'{"productId":"%s","price":%.2f,"purchasedAt":1795471879279}' % (str(uuid.uuid4()).encode(), n / 7)
        for n in range(10_000)
    ]


def over_librdkafka(bootstrap: str, topic: str, count: int, linger: int, batch: int) -> float:
    from confluent_kafka import Producer

    prebuilt = values()
    failed = []
    settings = {"bootstrap.servers": bootstrap, "acks": "all", "enable.idempotence": True}
    producer = Producer({**settings, "linger.ms": linger, "batch.size": batch})
    producer.list_topics(topic)

    def delivered(error: object, _message: object) -> None:
        if error is not None:
            failed.append(error)

    began = time.perf_counter()
    for n in range(count):
        value = prebuilt[n % 10_000]
        while True:
            try:
                producer.produce(topic, value, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.05)
        if not n % 1000:
            producer.poll(0)
    producer.flush()
    assert not failed, failed[0]
    return count / (time.perf_counter() - began)


def over_kafka_python(bootstrap: str, topic: str, count: int, linger: int, batch: int) -> float:
    from kafka import KafkaProducer

    prebuilt = values()
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=linger, batch_size=batch
    )
    producer.partitions_for(topic)
    began = time.perf_counter()
    for n in range(count):
        producer.send(topic, prebuilt[n % 10_000])
    producer.flush()
    return count / (time.perf_counter() - began)


if __name__ == "__main__":
    client, server, name, *numbers = sys.argv[1:]
    run = over_librdkafka if client == "librdkafka" else over_kafka_python
    print(run(server, name, *map(int, numbers)))
