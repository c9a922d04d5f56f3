"""What a command needs to know to reach Kafka, after every source of settings has had its say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Role(str, Enum):
    """Which kind of client is to be made: settings of the other kinds do not apply to it."""

    ADMIN = "admin"
    PRODUCER = "producer"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the broker is and how to talk to it.

    `properties` are client settings by their Java names; `connect_timeout` is in seconds;
    `client` is `auto`, `kafka-python` or `librdkafka`.
    """

    bootstrap: str = "localhost:9092"
    properties: Mapping[str, str] = field(default_factory=dict)
    connect_timeout: float = 10.0
    client: str = "auto"
