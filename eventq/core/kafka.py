"""Kafka's own terms as plain values: a partition, where it begins and ends, isolation, names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypeAlias

from eventq.core import safe_text
from eventq.core.errors import NotFound, UsageError

Header: TypeAlias = tuple[str, bytes | None]
"""Name and value of one header of a record."""

_TOPIC_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


class Isolation(str, Enum):
    READ_UNCOMMITTED = "read-uncommitted"
    READ_COMMITTED = "read-committed"


class TopicPartition(NamedTuple):
    topic: str
    partition: int


class TopicFacts(NamedTuple):
    """How many partitions a topic has, and which topic of which cluster it is; None: not known."""

    partitions: int
    topic_id: str | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """`end` is the last stable offset under read-committed.

    `gone`: the partition exists no more; `moved`: the broker asked does not lead it, or not yet, or no more.
    """

    log_start: int | None = None
    end: int | None = None
    high_watermark: int | None = None
    error: str | None = None
    gone: bool = False
    moved: bool = False

    @property
    def retained(self) -> int | None:
        if self.end is None or self.log_start is None:
            return None
        return max(0, self.end - self.log_start)


def check_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repetitions; UsageError for one that Kafka would refuse."""
    unique = tuple(dict.fromkeys(names))
    for name in unique:
        if name in {".", ".."} or not _TOPIC_NAME.fullmatch(name):
            raise UsageError(
                f"not a name for a topic: {name!r}",
                hint="1 to 249 of the letters a-z A-Z, digits, dot, underscore and hyphen; not . or ..",
            )
    return unique


def no_topic(*names: str) -> NotFound:
    """For one or more topics that the cluster does not have."""
    return NotFound(f"no such topic: {', '.join(names)}", hint="topics: eventq topic list")


def no_group(*names: str) -> NotFound:
    """For one or more groups that the cluster does not have."""
    hint = "is the variable behind --group set?" if "" in names else "groups: eventq group list"
    return NotFound(f"no such group: {', '.join(map(safe_text.name, names))}", hint=hint)
