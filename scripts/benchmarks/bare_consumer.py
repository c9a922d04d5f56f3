"""A consume loop that looks at nothing, over confluent-kafka: what the client alone can do.

bare_consumer.py BOOTSTRAP TOPIC COUNT [NAME=VALUE …]     prints records per second from the first record on
"""

import sys
import time
import uuid


def consume(bootstrap: str, topic: str, count: int, settings: dict[str, str]) -> float:
    from confluent_kafka import Consumer

    own = {"bootstrap.servers": bootstrap, "group.id": f"bare-{uuid.uuid4()}", "enable.auto.commit": False}
    consumer = Consumer({**own, "auto.offset.reset": "earliest", **settings})
    consumer.subscribe([topic])
    seen, began = 0, 0.0
    while seen < count:
        batch = consumer.consume(5000, 0.5)
        if batch and not seen:
            began = time.perf_counter()
        seen += len(batch)
    took = time.perf_counter() - began
    consumer.close()
    return seen / took


if __name__ == "__main__":
    server, name, number, *given = sys.argv[1:]
    print(consume(server, name, int(number), dict(item.split("=", 1) for item in given)))
