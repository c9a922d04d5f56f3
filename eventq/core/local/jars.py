"""The list of Kafka's jars: coordinates, digest and size of each, as scripts/renew_jars writes it.

A line is `group:artifact:version sha256 size`; `#` begins a comment.
"""

import hashlib
import re
from dataclasses import dataclass

_LINE = re.compile(r"([\w.-]+):([\w.-]+):([\w.-]+) ([0-9a-f]{64}) (\d+)", re.ASCII)
_BROKER = "kafka_2.13"
_MARK = 8


@dataclass(frozen=True, slots=True)
class Jar:
    """`sha256` in hexadecimal digits, `size` in bytes."""

    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Where it is in a Maven repository."""
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{self.file_name}"

    @property
    def line(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version} {self.sha256} {self.size}"


@dataclass(frozen=True, slots=True)
class JarList:
    jars: tuple[Jar, ...]

    @property
    def size(self) -> int:
        return sum(jar.size for jar in self.jars)

    @property
    def kafka_version(self) -> str:
        return next(jar.version for jar in self.jars if jar.artifact == _BROKER)

    @property
    def folder_name(self) -> str:
        """Another one for each list, so that a broker that runs keeps its jars when the list changes."""
        mark = hashlib.sha256("\n".join(jar.line for jar in self.jars).encode()).hexdigest()[:_MARK]
        return f"kafka-{self.kafka_version}-{mark}"


def parse_jars(text: str) -> JarList:
    """ValueError, with the line, for what is no list of jars."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    jars = tuple(map(_jar, lines))
    if not any(jar.artifact == _BROKER for jar in jars):
        raise ValueError(f"no {_BROKER} in the list of jars")
    if len({jar.file_name for jar in jars}) < len(jars):
        raise ValueError("two jars of the list have one file name")
    return JarList(jars)


def _jar(line: str) -> Jar:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not group:artifact:version sha256 size: {line!r}")
    group, artifact, version, sha256, size = match.groups()
    return Jar(group, artifact, version, sha256, int(size))
