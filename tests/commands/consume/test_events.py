"""`eventq consume` of records that other programs write: whatever they hold, the run goes on."""

import base64
import json

from confluent_kafka import Producer
from kafka import KafkaProducer

from tests.consume_harness import ConsumeHarness


def test_a_record_without_a_timestamp_has_no_latency(harness: ConsumeHarness) -> None:
    harness.create(1)
    producer = KafkaProducer(bootstrap_servers=harness.bootstrap)
    producer.send(harness.topic, b'{"a":1}', partition=0, timestamp_ms=-1).get(10)
    producer.close()
    run = harness.consume("--until-end", "--count", "1", "--format", "json")
    latency = run.report["latency_ms"]
    assert (run.report["processed"], latency.pop("histogram"), set(latency.values())) == (1, "", {None})


def test_events_that_json_can_not_hold_are_printed_as_their_bytes(harness: ConsumeHarness) -> None:
    harness.create(1)
    values = [b'{"a":1}', b"[" * 254 + b"]" * 254, b"1" * 30, b'{"a":1,"a":2}', b'{"a": 2.50}']
    harness.send(values, partition=0)
    run = harness.run("--from-beginning", "--until-end", "--count", "1", "--events", "--format", "json")
    assert run.code == 0
    lines = [json.loads(line) for line in run.out.splitlines()]
    assert [line["offset"] for line in lines] == [0, 1, 2, 3, 4]
    assert [line.get("value") for line in lines] == [{"a": 1}, None, None, None, {"a": 2.5}]
    assert [base64.b64decode(line["value_base64"]) for line in lines[1:4]] == values[1:4]


def test_keys_and_headers_of_any_bytes_are_printed(harness: ConsumeHarness) -> None:
    harness.create(1)
    producer = Producer({"bootstrap.servers": harness.bootstrap})
    headers = [("é", b"\xff"), ("n", None), ("", b"")]
    producer.produce(harness.topic, b"1", key=b"\xed\xa0\x80", headers=headers, partition=0)
    producer.flush()
    run = harness.run("--from-beginning", "--until-end", "--count", "1", "--events", "--format", "json")
    (line,) = [json.loads(line) for line in run.out.splitlines()]
    assert base64.b64decode(line["key_base64"]) == b"\xed\xa0\x80"
    assert line["headers"] == [
        {"name": "é", "value_base64": "/w=="},
        {"name": "n", "value": None},
        {"name": "", "value": ""},
    ]
