"""Topics as plain values: what is asked for, what there is, and how the two differ."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from eventq.core.errors import AlreadyExists, EventqError, UsageError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


@dataclass(frozen=True, slots=True)
class TopicWish:
    """What a topic is to be; `configs` are topic settings by their Java names."""

    partitions: int
    replicas: int
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """A setting of a topic that is not Kafka's default; `value` is None where the broker hides it.

    `source` is topic, or where the topic inherits it from: broker, cluster or file (server.properties).
    """

    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class TopicPart:
    """One partition: broker ids; `leader` is None without one."""

    partition: int
    leader: int | None
    replicas: tuple[int, ...]
    in_sync: tuple[int, ...]

    @property
    def under_replicated(self) -> bool:
        return len(self.in_sync) < len(self.replicas)


@dataclass(frozen=True, slots=True)
class TopicMap:
    """A topic as the brokers' metadata shows it; `error` when it can't be read."""

    topic: str
    topic_id: str | None = None
    internal: bool = False
    parts: tuple[TopicPart, ...] = ()
    error: str | None = None

    @property
    def replicas(self) -> int | None:
        """The replicas of each partition; the least where they differ."""
        return min((len(part.replicas) for part in self.parts), default=None)

    @property
    def leaderless(self) -> tuple[int, ...]:
        return tuple(part.partition for part in self.parts if part.leader is None)

    @property
    def under_replicated(self) -> int:
        return sum(part.under_replicated for part in self.parts)


class Result(str, Enum):
    CREATED = "created"
    EXISTS = "exists"
    ALTERED = "altered"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TopicChange:
    """What a call did to one topic; `differences`: where an existing one is not as asked."""

    topic: str
    result: Result
    detail: str = ""
    differences: tuple[str, ...] = ()
    error: EventqError | None = None


def check_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repetitions; UsageError for one that Kafka would refuse."""
    unique = tuple(dict.fromkeys(names))
    for name in unique:
        if name in {".", ".."} or not _NAME.fullmatch(name):
            raise UsageError(
                f"not a name for a topic: {name!r}",
                hint="1 to 249 of the letters a-z A-Z, digits, dot, underscore and hyphen; not . or ..",
            )
    return unique


def parse_configs(items: Iterable[str]) -> dict[str, str]:
    """`key=value` each, split at the first `=`; UsageError for anything else and for a key given twice."""
    found: dict[str, str] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or not key:
            raise UsageError(f"not a topic setting: {item!r}", hint="write it as retention.ms=60000")
        if key in found:
            raise UsageError(f"two values for the setting {key}", hint="give it once")
        found[key] = value
    return found


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shape(partitions: int, replicas: int | None) -> str:
    return f"{count(partitions, 'partition')}, {count(replicas or 0, 'replica')}"


def compare(wish: TopicWish, found: TopicMap, configs: Mapping[str, Config], *, accept: bool) -> TopicChange:
    """What to say of a topic that was to be made and is there; `configs` are its effective settings."""
    told = tuple(_differences(wish, found, {key: config.value for key, config in configs.items()}))
    if accept:
        return TopicChange(found.topic, Result.EXISTS, shape(len(found.parts), found.replicas), told)
    error = AlreadyExists(
        there_text(found.topic, told), hint="--if-not-exists accepts it; eventq topic alter changes it"
    )
    return TopicChange(found.topic, Result.FAILED, differences=told, error=error)


def there_text(topic: str, differences: Iterable[str]) -> str:
    told = "; ".join(differences)
    return f"topic {topic} exists already, {f'with {told}' if told else 'as asked for'}"


def _differences(wish: TopicWish, found: TopicMap, configs: Mapping[str, str | None]) -> Iterator[str]:
    if len(found.parts) != wish.partitions:
        yield f"{count(len(found.parts), 'partition')}, not {wish.partitions}"
    if found.replicas != wish.replicas:
        yield f"{count(found.replicas or 0, 'replica')}, not {wish.replicas}"
    for key, value in wish.configs.items():
        if key not in configs:
            yield f"no such setting as {key}"
        elif configs[key] != value:
            yield f"{key}={configs[key]}, not {value}"
