"""Kafka's own command-line programs, in Java, as other clients on the same topic."""

import os
import shutil
import subprocess

import pytest
from local_kafka import jars

_TOOLS = "org.apache.kafka.tools."


def run(tool: str, *arguments: str, stdin: bytes = b"") -> bytes:
    """What `tool` (such as ConsoleProducer) printed; it has succeeded."""
    java = jars.java()
    if java is None or (shutil.which("mvn") is None and not jars.folder().exists()):
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing("no Java 17 or no Maven: Kafka's own programs can't be run")
    assert java is not None
    small = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars.ensure()}/*"]
    done = subprocess.run(
        [java, *small, _TOOLS + tool, *arguments], input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout
