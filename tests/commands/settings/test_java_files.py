"""What Kafka's Java client takes from a client.properties file is taken here, over either client."""

import json
from pathlib import Path

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness
from tests.in_process import eventq

JAVA_TAKES = """
security.protocol=PLAINTEXT\x20
acks=all\\t
connections.max.idle.ms=-1
request.timeout.ms=600000
retry.backoff.ms=0
fetch.max.bytes=2147483647
fetch.min.bytes=0
batch.size=0
"""


def test_one_file_that_java_takes_serves_every_command(harness: ConsumeHarness, tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    file.write_text(
        f"bootstrap.servers=PLAINTEXT://{harness.bootstrap}{JAVA_TAKES}group.id={harness.group}\n"
    )
    to = ("--command-config", str(file), "--client", harness.client)
    made = eventq("produce", *to, "-t", harness.topic, "--partitions", "1", "-n", "3", "-o", "json")
    read = harness.run(*to, "--from-beginning", "--until-end", "--count", "1", "-o", "json")
    lag = eventq("lag", *to, "-o", "json")
    assert (made.returncode, read.code, lag.returncode) == (0, 0, 0), made.stderr + read.err + lag.stderr
    assert (json.loads(made.stdout)["acked"], read.report["processed"]) == (3, 3)
    assert json.loads(lag.stdout)["groups"][0]["lag"] == 0


@pytest.mark.parametrize("client", CLIENTS)
def test_what_no_client_can_send_is_refused_with_its_line(tmp_path: Path, client: str) -> None:
    file = tmp_path / "client.properties"
    file.write_text("bootstrap.servers=127.0.0.1:1\nsession.timeout.ms=99999999999\n")
    done = eventq("consume", "--command-config", str(file), "--client", client)
    assert done.returncode == 2
    assert f"{file}:2: session.timeout.ms is not a whole number from 1 to 2147483647" in done.stderr


def test_a_number_that_was_moved_is_told(tmp_path: Path) -> None:
    file = tmp_path / "client.properties"
    file.write_text("request.timeout.ms=600000\n")
    done = eventq("config", "show", "--command-config", str(file), "--client", "librdkafka", "-v")
    assert f"request.timeout.ms 600000 ({file}:1, librdkafka takes 300000)" in done.stderr
