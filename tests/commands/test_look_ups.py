"""On a broker that creates each topic somebody asks about, looking creates none."""

import subprocess
import sys
import uuid

import pytest
from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition


@pytest.fixture(scope="module")
def group(auto_create_bootstrap: str) -> str:
    """A group that exists, so that the topic is what is looked for."""
    name = f"group-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=auto_create_bootstrap)
    admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1}})
    admin.wait_for_topics([name])
    admin.alter_group_offsets(name, {TopicPartition(name, 0): OffsetAndMetadata(0, "", -1)})
    admin.close()
    return name


@pytest.mark.parametrize(
    "arguments",
    [
        "topic describe {name}",
        "topic alter {name} --partitions 3",
        "topic delete {name} --yes",
        "lag -g {group} -t {name}",
        "lag -g {group} -t {name} --client kafka-python",
        "group reset -g {group} -t {name} --to earliest --execute",
        "produce -t {name} --no-create --max-messages 1",
        "consume -t {name} -g {group} --until-end",
    ],
)
def test_a_look_up_creates_no_topic(auto_create_bootstrap: str, group: str, arguments: str) -> None:
    name = f"missing-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=auto_create_bootstrap)
    words = arguments.format(name=name, group=group).split()
    command = [sys.executable, "-m", "eventq", *words, "-b", auto_create_bootstrap]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4, done.stderr
    assert name in done.stderr
    assert name not in admin.list_topics()
    admin.close()
