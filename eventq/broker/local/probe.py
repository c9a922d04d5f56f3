"""Whether a local cluster is ready, asked over plain sockets: each node for itself, and no client loads."""

import struct
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from eventq.broker.local.wire import CLIENT, Answer, array, ask, string
from eventq.core.offsets_topic import OFFSETS_TOPIC, groups_by_partition

_METADATA = (3, 1)
_OFFSET_FETCH = (9, 2)
_FIND_COORDINATOR = (10, 0)


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
        found = _metadata(port, OFFSETS_TOPIC)
        groups: dict[int, list[str]] = defaultdict(list)
        for partition, group in groups_by_partition(len(found.leaders)).items():
            groups[found.leaders[partition]].append(group)
        return all(
            node in found.ports and _reads_groups(found.ports[node], names) for node, names in groups.items()
        )
    except (OSError, struct.error):
        return False


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
