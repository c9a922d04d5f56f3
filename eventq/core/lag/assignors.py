"""A group's assignor, simulated: which partitions each of m members would have, and what that sums up to.

range: topic by topic, each cut into m runs of neighbours, the first ones longer. All others that are known
give each member as many partitions as any other, one more or less; which ones a sticky assignor brings
together depends on what members had before, so they are dealt in turn as by roundrobin.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from eventq.core.kafka import TopicPartition

RANGE = "range"
EVEN = frozenset({"roundrobin", "sticky", "cooperative-sticky", "uniform"})
"""`uniform` is what brokers assign by in the newer group protocol."""


def is_known(assignor: str | None) -> bool:
    return assignor == RANGE or assignor in EVEN


def assigned(assignor: str, keys: Iterable[TopicPartition], members: int) -> list[list[TopicPartition]]:
    """The partitions of each member, the first member's first."""
    shares: list[list[TopicPartition]] = [[] for _ in range(members)]
    if assignor != RANGE:
        for n, key in enumerate(sorted(keys)):
            shares[n % members].append(key)
        return shares
    for topic in _by_topic(keys).values():
        each, longer = divmod(len(topic), members)
        at = 0
        for member in range(min(members, len(topic))):
            until = at + each + (member < longer)
            shares[member] += topic[at:until]
            at = until
    return shares


def most(assignor: str, keys: Collection[TopicPartition], members: int) -> int:
    """The most partitions that one of the members has."""
    counts = _counts(keys) if assignor == RANGE else [len(keys)]
    return sum(-(-count // members) for count in counts)


def useful(assignor: str, keys: Collection[TopicPartition]) -> tuple[int, ...]:
    """Every number of members with which the most that one has are fewer than with any smaller number.

    10 partitions: 1, 2, 3, 4, 5 and 10; from 6 to 9 members one of them has 2 still, as with 5.
    """
    counts = _counts(keys) if assignor == RANGE else [len(keys)]
    found: list[int] = []
    least = len(keys) + 1
    for members in range(1, max(counts, default=0) + 1):
        now = sum(-(-count // members) for count in counts)
        if now < least:
            least = now
            found.append(members)
    return tuple(found)


def sums(assignor: str, weights: Mapping[TopicPartition, float], members: int) -> list[float]:
    """The weights of each member's partitions together."""
    return [sum(weights[key] for key in share) for share in assigned(assignor, weights, members)]


def _by_topic(keys: Iterable[TopicPartition]) -> dict[str, list[TopicPartition]]:
    topics: dict[str, list[TopicPartition]] = defaultdict(list)
    for key in sorted(keys):
        topics[key.topic].append(key)
    return topics


def _counts(keys: Iterable[TopicPartition]) -> list[int]:
    return [len(topic) for topic in _by_topic(keys).values()]
