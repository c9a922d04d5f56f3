"""Topics as plain values: what is asked for, what there is, and how the two differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from eventq.core.errors import AlreadyExists, EventqError, UsageError
from eventq.core.kafka import Bounds, TopicPartition, no_topic
from eventq.core.text import plural


@dataclass(frozen=True, slots=True)
class TopicWish:
    """What a topic is to be; `configs` are topic settings by their Java names."""

    partitions: int
    replicas: int
    configs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """A setting of a topic; `value` is None where the broker hides it.

    `source` is topic, or where the topic inherits it from: broker, cluster, file (server.properties) or
    default.
    """

    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Configs:
    """All settings of one topic; `error` when they can't be read."""

    values: Mapping[str, Config] = field(default_factory=dict)
    error: str | None = None

    @property
    def changed(self) -> dict[str, Config]:
        """Those that are not Kafka's own defaults."""
        return {key: config for key, config in self.values.items() if config.source != "default"}


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


@dataclass(frozen=True, slots=True)
class TopicDetail:
    """A topic with its log and its settings; `bounds` by partition. `error`: it can't be shown at all."""

    topic: str
    map: TopicMap
    bounds: Mapping[int, Bounds] = field(default_factory=dict)
    configs: Configs = field(default_factory=Configs)
    error: EventqError | None = None

    @property
    def retained(self) -> int | None:
        """Records that the log holds, by offsets; None as soon as one partition can't be read."""
        known = [self.bounds[part.partition].retained for part in self.map.parts]
        numbers = [number for number in known if number is not None]
        return sum(numbers) if len(numbers) == len(known) and not self.error else None

    @property
    def failure(self) -> EventqError | None:
        """What keeps this from being the whole truth."""
        if self.error is not None:
            return self.error
        silent = [str(at) for at, bounds in self.bounds.items() if bounds.error is not None]
        if silent:
            return EventqError(f"topic {self.topic}: partition {', '.join(silent)} can't be read")
        if self.configs.error is not None:
            return EventqError(f"topic {self.topic}: its settings can't be read: {self.configs.error}")
        return None


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


def done(topic: str, result: Result, detail: str, error: EventqError | None) -> TopicChange:
    """The change as it was meant to be, or its failure."""
    if error is not None:
        return TopicChange(topic, Result.FAILED, error=error)
    return TopicChange(topic, result, detail)


def detail(
    name: str, found: TopicMap | None, bounds: Mapping[TopicPartition, Bounds], configs: Configs | None
) -> TopicDetail:
    """A topic with what was read of it; each partition has its bounds or its error."""
    if found is None:
        return TopicDetail(name, TopicMap(name), error=no_topic(name))
    if found.error is not None:
        return TopicDetail(name, found, error=EventqError(f"topic {name} can't be read: {found.error}"))
    own = {
        part.partition: bounds.get(TopicPartition(name, part.partition), Bounds(error="it has no leader"))
        for part in found.parts
    }
    return TopicDetail(name, found, own, configs or Configs(error="the broker did not return its settings"))


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


def shape(partitions: int, replicas: int | None) -> str:
    return f"{plural(partitions, 'partition')}, {plural(replicas or 0, 'replica')}"


def compare(wish: TopicWish, found: TopicMap, configs: Configs, *, accept: bool) -> TopicChange:
    """What to say of a topic that was to be made and is there."""
    told = tuple(_differences(wish, found, configs))
    if accept:
        return TopicChange(found.topic, Result.EXISTS, shape(len(found.parts), found.replicas), told)
    error = AlreadyExists(
        there_text(found.topic, told), hint="--if-not-exists accepts it; eventq topic alter changes it"
    )
    return TopicChange(found.topic, Result.FAILED, differences=told, error=error)


def there_text(topic: str, differences: Iterable[str]) -> str:
    told = "; ".join(differences)
    return f"topic {topic} exists already, {f'with {told}' if told else 'with what was asked for'}"


def _differences(wish: TopicWish, found: TopicMap, configs: Configs) -> Iterator[str]:
    if len(found.parts) != wish.partitions:
        yield f"{plural(len(found.parts), 'partition')}, not {wish.partitions}"
    if found.replicas != wish.replicas:
        yield f"{plural(found.replicas or 0, 'replica')}, not {wish.replicas}"
    for key, value in wish.configs.items():
        there = configs.values.get(key)
        if configs.error is not None:
            yield f"{key} unknown ({configs.error})"
        elif there is None:
            yield f"no such setting as {key}"
        elif there.value != value:
            yield f"{key}={there.value}, not {value}"


def growth(found: TopicMap, partitions: int) -> bool:
    """Whether the topic has to grow to that many partitions; EventqError where it would have to shrink."""
    have = len(found.parts)
    if partitions < have:
        raise EventqError(
            f"topic {found.topic} has {plural(have, 'partition')}: it can't shrink to {partitions}",
            hint="make a new topic with fewer partitions, or delete this one first",
        )
    return partitions > have
