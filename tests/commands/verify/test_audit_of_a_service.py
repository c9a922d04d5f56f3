"""A service with nothing of eventq in it, on a real broker and a real PostgreSQL, that does as it is told."""

import json
from pathlib import Path
from typing import Any

import psycopg
from kafka import KafkaConsumer

from tests.private_postgres import PrivatePostgres
from tests.produce_harness import ProduceHarness
from tests.stamped_events import COUNT, Produced, found


class Service:
    """Reads the topic as a group and writes each productId into its table, but for those at some offsets."""

    def __init__(self, bootstrap: str, topic: str, table: "psycopg.Connection[Any]") -> None:
        self._settings = {"bootstrap_servers": bootstrap, "group_id": f"{topic}-service"}
        self._topic, self._database = topic, table
        table.execute("CREATE TABLE payments (product_id uuid, price numeric)")

    def run(self, count: int, lose: set[tuple[int, int]], double: set[tuple[int, int]]) -> None:
        consumer = KafkaConsumer(self._topic, **self._settings, auto_offset_reset="earliest")
        rows: list[tuple[str, float]] = []
        seen = 0
        while seen < count:
            for records in consumer.poll(timeout_ms=500).values():
                for record in records:
                    at, event = (record.partition, record.offset), json.loads(record.value)
                    row = event["productId"], event["price"]
                    rows += [row] * ((at not in lose) + (at in double))
                    seen += 1
        with self._database.cursor() as cursor:
            cursor.executemany("INSERT INTO payments VALUES (%s, %s)", rows)
        consumer.commit()
        consumer.close()


def test_what_a_service_lost_and_doubled_is_found_and_what_it_kept_is_not(
    bootstrap: str, tmp_path: Path, postgres: PrivatePostgres
) -> None:
    produced = Produced(ProduceHarness(bootstrap), tmp_path)
    produced.send([(k, value, k % 3) for k, value in enumerate(produced.values)])
    produced.write()
    topic = produced.harness.topic
    with postgres.connect() as database:
        Service(bootstrap, topic, database).run(COUNT, lose={(1, 500), (2, 7)}, double={(0, 3)})
    sink = postgres.url("payments", "product_id")
    done = produced.audit("--group", f"{topic}-service", "--sink", sink, client="librdkafka")
    assert (done.returncode, found(done)) == (5, {"lost": 2, "duplicate": 1}), done.stderr
    document = json.loads(done.stdout)
    places = {(row["name"], row["partition"], row["offset"]) for row in document["examples"]}
    assert places == {("lost", 1, 500), ("lost", 2, 7), ("duplicate", 0, 3)}
    assert document["blame"] == {"lost": "consumer"}
    produced.harness.close()
