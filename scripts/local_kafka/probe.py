"""Whether a cluster is ready, asked over plain sockets, so that no client library is needed."""

import struct
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from local_kafka.wire import CLIENT, Answer, array, ask, string

_METADATA = (3, 1)
_OFFSET_FETCH = (9, 2)
_FIND_COORDINATOR = (10, 0)
_OFFSETS_TOPIC = "__consumer_offsets"


@dataclass(frozen=True)
class _Metadata:
    """The live brokers' ports by node; by partition the node that leads it, -1 for none."""

    ports: Mapping[int, int]
    leaders: Mapping[int, int]


def brokers(port: int) -> set[int] | None:
    """The ports that the cluster behind `port` advertises for its live brokers; None if no Kafka answers."""
    try:
        return set(_metadata(port).ports.values())
    except (OSError, struct.error):
        return None


def serves_groups(port: int) -> bool:
    """Whether the commits of every group can be read.

    A group belongs to a partition of the offsets topic, and its commits can't be read before that partition's
    leader has loaded it. So a group of each partition is asked about.
    """
    try:
        if not _has_offsets_topic(port):
            return False
        found = _metadata(port, _OFFSETS_TOPIC)
        groups: dict[int, list[str]] = defaultdict(list)
        for partition, group in groups_by_partition(len(found.leaders)).items():
            groups[found.leaders[partition]].append(group)
        return all(
            node in found.ports and _reads_groups(found.ports[node], names) for node, names in groups.items()
        )
    except (OSError, struct.error):
        return False


def groups_by_partition(partitions: int) -> dict[int, str]:
    """For each partition of the offsets topic the name of a group that belongs to it."""
    found: dict[int, str] = {}
    numbers = count()
    while len(found) < partitions:
        name = f"{CLIENT}-{next(numbers)}"
        found.setdefault(abs(_hash_code(name)) % partitions, name)
    return found


def _hash_code(text: str) -> int:
    """Java's String.hashCode, by which Kafka chooses the partition."""
    code = 0
    for character in text:
        code = (31 * code + ord(character)) % 2**32
    return code - 2**32 if code >= 2**31 else code


def _has_offsets_topic(port: int) -> bool:
    """The first to ask for a coordinator makes Kafka create it; until then there is none."""
    (answer,) = ask(port, _FIND_COORDINATOR, string(CLIENT))
    return answer.int16() == 0


def _reads_groups(port: int, groups: list[str]) -> bool:
    """Whether this node answers for all the groups: it has their partitions, and has loaded them."""
    no_topics = array([])
    answers = ask(port, _OFFSET_FETCH, *(string(group) + no_topics for group in groups))
    return all((answer.int32(), answer.int16()) == (0, 0) for answer in answers)  # topics, error


def _metadata(port: int, *topics: str) -> _Metadata:
    (answer,) = ask(port, _METADATA, array([string(topic) for topic in topics]))
    ports = dict(_broker(answer) for _ in answer.items())
    answer.int32()  # the controller
    return _Metadata(ports, {partition: node for _ in answer.items() for partition, node in _topic(answer)})


def _broker(answer: Answer) -> tuple[int, int]:
    """A broker's node and port."""
    node = answer.int32()
    answer.skip_string()  # the host
    port = answer.int32()
    answer.skip_string()  # the rack
    return node, port


def _topic(answer: Answer) -> list[tuple[int, int]]:
    """A topic's partitions and their leaders."""
    answer.int16()  # the topic's error; without the topic it has no partitions
    answer.skip_string()  # its name
    answer.skip(1)  # whether it is internal
    return [_partition(answer) for _ in answer.items()]


def _partition(answer: Answer) -> tuple[int, int]:
    answer.int16()  # its error: that a replica is missing is none here, that the leader is shows as -1
    partition, leader = answer.int32(), answer.int32()
    for _ in ("replicas", "in sync"):
        answer.skip(4 * answer.int32())
    return partition, leader
