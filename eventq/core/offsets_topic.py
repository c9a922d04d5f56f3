"""The topic in which Kafka keeps groups: each group belongs to one of its partitions, by the group's name."""

from itertools import count

OFFSETS_TOPIC = "__consumer_offsets"
_NAME = "eventq-probe"


def group_of_each_partition(partitions: int) -> list[str]:
    """Names of groups that nobody has, such that each partition has one of them."""
    return list(groups_by_partition(partitions).values())


def groups_by_partition(partitions: int) -> dict[int, str]:
    """The same, by the partition that each belongs to."""
    found: dict[int, str] = {}
    numbers = count()
    while len(found) < partitions:
        name = f"{_NAME}-{next(numbers)}"
        found.setdefault(abs(_hash_code(name)) % partitions, name)
    return found


def _hash_code(text: str) -> int:
    """Java's String.hashCode."""
    code = 0
    for character in text:
        code = (31 * code + ord(character)) % 2**32
    return code - 2**32 if code >= 2**31 else code
