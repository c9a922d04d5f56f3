"""Purchases that programs in Java have written, as they write them: each field arrives as it was meant."""

import json
from pathlib import Path

from tests import java_peer
from tests.consume_harness import ConsumeHarness, either_client

ID = "3d8f6b0b-f297-4385-b20a-2b084cfbd3b8"
CONSOLE = (
    (
        "shop:7,origin:till",
        "k1",
        '{"price":12,"purchasedAt":1,"productId":"3D8F6B0B-F297-4385-B20A-2B084CFBD3B8"}',
    ),
    (
        "__TypeId__:x.Purchase",
        "k2",
        f'{{"productId":"{ID}","price":5.0E-5,"purchasedAt":1795471879279,"shop":{{"id":7}}}}',
    ),
)


def events_of(harness: ConsumeHarness) -> list[dict[str, object]]:
    run = harness.consume("--until-end", "--events", "-q", "--count", "1")
    assert run.code == 0, run.err
    return [json.loads(line) for line in run.out.splitlines()]


def test_keys_headers_and_every_field_of_a_console_producer_arrive(harness: ConsumeHarness) -> None:
    harness.create(1)
    reader = ["--reader-property", "parse.key=true", "--reader-property", "parse.headers=true"]
    lines = "".join("\t".join(row) + "\n" for row in CONSOLE).encode()
    to = ["--bootstrap-server", harness.bootstrap, "--topic", harness.topic]
    java_peer.run("ConsoleProducer", *to, *reader, stdin=lines)
    first, second = events_of(harness)
    assert (first["key"], second["key"]) == ("k1", "k2")
    assert first["headers"] == [{"name": "shop", "value": "7"}, {"name": "origin", "value": "till"}]
    assert second["headers"] == [{"name": "__TypeId__", "value": "x.Purchase"}]
    assert first["value"] == {"price": 12, "purchasedAt": 1, "productId": ID.upper()}
    assert second["value"] == {
        "productId": ID,
        "price": 5.0e-5,
        "purchasedAt": 1795471879279,
        "shop": {"id": 7},
    }


@either_client
def test_a_compressed_load_of_producer_performance_is_read_whole(
    harness: ConsumeHarness, tmp_path: Path
) -> None:
    harness.create(3)
    payloads = [
        f'{{"productId":"{ID}","price":{price},"purchasedAt":1795471879279}}'
        for price in ("0.0", "9999.99", "5782.651899821888", "1.0E-7", "12")
    ]
    file = tmp_path / "payloads"
    file.write_text("\n".join(payloads) + "\n", encoding="ascii")
    arguments = ["--topic", harness.topic, "--num-records", "2000", "--throughput", "-1"]
    settings = [f"bootstrap.servers={harness.bootstrap}", "compression.type=zstd"]
    java_peer.run(
        "ProducerPerformance", *arguments, "--payload-file", str(file), "--producer-props", *settings
    )
    events = events_of(harness)
    assert len(events) == 2000
    assert {json.dumps(event["value"]) for event in events} == {
        json.dumps(json.loads(payload)) for payload in payloads
    }
    harness.group += "-2"
    assert harness.consume("--until-end").report["malformed"] == 0
