"""Settings and where each came from: flag > -X > environment > --command-config > profile > default."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from eventq.core import safe_text
from eventq.core.errors import UsageError


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


@dataclass(frozen=True, slots=True)
class Known:
    """A setting that has an option: its default, its variables (the first that is set counts), its Java name.

    `from_java` turns a value said by the Java name into what the option would say.
    """

    default: str | None = None
    variables: tuple[str, ...] = ()
    java: str | None = None
    from_java: Callable[[str], str] = str


def _milliseconds(value: str) -> str:
    return f"{value}ms"


def _hyphens(value: str) -> str:
    return value.lower().replace("_", "-")


SETTINGS: Mapping[str, Known] = {
    "bootstrap-server": Known(
        "localhost:9092", ("KAFKA_BOOTSTRAP_ADDRESS", "KAFKA_BOOTSTRAP_SERVERS"), "bootstrap.servers"
    ),
    "topic": Known("default", ("KAFKA_TOPIC",)),
    "group": Known("default", ("KAFKA_GROUP_ID",), "group.id"),
    "partitions": Known("10", ("KAFKA_PARTITIONS",)),
    "replicas": Known("1", ("KAFKA_REPLICAS",)),
    "count": Known("3", ("KAFKA_CONSUMER_COUNT",)),
    "client": Known("auto"),
    "connect-timeout": Known("10s"),
    "isolation": Known("read-uncommitted", java="isolation.level", from_java=_hyphens),
    "session-timeout": Known("10s", java="session.timeout.ms", from_java=_milliseconds),
    "heartbeat-interval": Known("1s", java="heartbeat.interval.ms", from_java=_milliseconds),
    "acks": Known("all", java="acks", from_java=lambda value: "all" if value == "-1" else value),
    "compression": Known("none", java="compression.type"),
    "linger-ms": Known(java="linger.ms"),
    "batch-bytes": Known(java="batch.size"),
}
"""By the long name of the option, which is also its name in a profile."""


@dataclass(frozen=True, slots=True)
class Setting:
    """An effective value; `source` says where it came from, as a person would look for it."""

    name: str
    value: str | None
    source: str = "default"

    @property
    def given(self) -> bool:
        return self.source != "default"

    @property
    def place(self) -> str:
        """For a message: the option, and whatever else spoke in its place."""
        option = f"--{self.name}"
        return option if self.source == option else f"{option} by {self.source}"


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says, by variable or Java name; with `options`, by the names of options too.

    `places` says more exactly than `label` where a value stands; with neither a name is its own label.
    """

    label: str | None
    values: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)
    options: bool = False

    def __post_init__(self) -> None:
        """UsageError for a value that is no text; it is not shown, as it may be a secret."""
        for name, value in self.values.items():
            if not safe_text.is_unicode(name + value):
                source = self.source_of(name)
                place = name if source == name else f"{source}: {name}"
                raise UsageError(f"{place} is not UTF-8", hint="Kafka's names and settings are Unicode")

    def source_of(self, name: str) -> str:
        return self.places.get(name) or self.label or name


def environment(variables: Mapping[str, str]) -> Layer:
    """Of the whole environment only the variables that mean a setting."""
    return Layer(None, {name: variables[name] for name in _VARIABLES if name in variables})


def resolve(name: str, given: str | None, layers: Sequence[Layer]) -> Setting:
    """The effective value of a setting with an option, which says `given`; `layers` are strongest first.

    An empty value says nothing.
    """
    if given is not None:
        return Setting(name, given, f"--{name}")
    known = SETTINGS[name]
    for layer in layers:
        for said in (known.java, *known.variables, name if layer.options else None):
            value = layer.values.get(said) if said else None
            if said and value:
                value = known.from_java(value) if said == known.java else value
                return Setting(name, value, layer.source_of(said))
    return Setting(name, known.default)


def properties(layers: Sequence[Layer]) -> dict[str, Setting]:
    """What is said by Java name, each from the strongest source that says it."""
    found: dict[str, Setting] = {}
    for layer in layers:
        for name, value in layer.values.items():
            if name not in _VARIABLES and not (layer.options and name in _OPTIONS):
                found.setdefault(name, Setting(name, value, layer.source_of(name)))
    return found


_OPTIONS = frozenset(name for name, known in SETTINGS.items() if name != known.java)
_VARIABLES = frozenset(variable for known in SETTINGS.values() for variable in known.variables)
