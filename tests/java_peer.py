"""Kafka's own command-line programs, in Java, as other clients on the same topic."""

import subprocess

from tests import local_kafka

_TOOLS = "org.apache.kafka.tools."


def run(tool: str, *arguments: str, stdin: bytes = b"") -> bytes:
    """What `tool` (such as ConsoleProducer) printed; it has succeeded."""
    small = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", local_kafka.class_path()]
    done = subprocess.run(
        [local_kafka.java(), *small, _TOOLS + tool, *arguments], input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
