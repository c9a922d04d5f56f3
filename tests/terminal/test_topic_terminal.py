"""`eventq topic delete` asks on a terminal, and only yes is yes."""

import sys
import uuid

import pexpect
import pytest
from kafka import KafkaAdminClient


@pytest.mark.parametrize(
    ("answer", "code", "left"), [("y\n", 0, False), ("\n", 1, True), ("\x03", 130, True)]
)
def test_delete_asks_and_only_yes_deletes(bootstrap: str, answer: str, code: int, left: bool) -> None:
    name = f"asked-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}})
    admin.wait_for_topics([name])
    child = pexpect.spawn(
        sys.executable,
        ["-m", "eventq", "topic", "delete", name, "-b", bootstrap],
        timeout=20,
        encoding="utf-8",
    )
    child.expect_exact(f"Delete {name} (2 partitions, 1 replica) and all their records? [y/N] ")
    child.send(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert (name in admin.list_topics()) is left
    admin.close()
