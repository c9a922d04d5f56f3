"""What a consumer promises about crashes, and where its effects go."""

from dataclasses import dataclass
from enum import Enum

from eventq.core.errors import UsageError
from eventq.core.kafka import check_names


class Delivery(str, Enum):
    """AT_MOST_ONCE commits before it processes, AT_LEAST_ONCE after, EXACTLY_ONCE in one with its effect."""

    AT_MOST_ONCE = "at-most-once"
    AT_LEAST_ONCE = "at-least-once"
    EXACTLY_ONCE = "exactly-once"


@dataclass(frozen=True, slots=True)
class SinkPlan:
    """`kind` is sqlite, jsonl, postgresql or kafka; `path` a file, PostgreSQL's URL with all that is in it,
    or a topic.

    `topic_id` tells the consumed topic from a later one of its name; `shown` stands for a path that nobody
    may see. What can't be written is tried again `retries` times, after `backoff` seconds each. Of kafka
    under exactly-once `prefix` begins every member's transactional.id.
    """

    kind: str
    path: str
    retries: int
    backoff: float
    topic_id: str = ""
    shown: str = ""
    prefix: str = ""

    def transactional_id(self, number: int) -> str:
        """Of member `number`: the same over its restarts."""
        return f"{self.prefix}.{number}"

    @property
    def name(self) -> str:
        return self.shown or f"{self.kind}:{self.path}"

    @property
    def what(self) -> str:
        """For a message about a write that failed."""
        return f"the sink {self.name}"


KAFKA = "kafka"
_KINDS = {
    "sqlite": "sqlite",
    "jsonl": "jsonl",
    "postgresql": "postgresql",
    "postgres": "postgresql",
    KAFKA: KAFKA,
}


def parse_sink(text: str) -> tuple[str, str]:
    """Kind and path, or topic, of a sink such as sqlite:PATH; UsageError, not showing the path, else."""
    kind, colon, path = text.partition(":")
    if not colon or kind not in _KINDS or not path:
        raise UsageError(
            f"not a sink: {kind!r:.120}", hint="sqlite:PATH, postgresql://…, jsonl:PATH or kafka:TOPIC"
        )
    if kind == KAFKA:
        check_names([path])
    return _KINDS[kind], path


_ONE_DATABASE = "--sink sqlite:PATH or postgresql://… keeps both in one database"
_ONE_WRITE = f"{_ONE_DATABASE}, kafka:TOPIC in one transaction"


def check_delivery(delivery: Delivery, kind: str | None) -> None:
    """UsageError for a promise that a sink of this kind, or no sink (None), can't keep."""
    if delivery is not Delivery.EXACTLY_ONCE:
        return
    if kind is None:
        raise UsageError(
            "--delivery exactly-once without --sink: the commit and the effect must be one write",
            hint=_ONE_WRITE,
        )
    if kind == "jsonl":
        raise UsageError(
            "--delivery exactly-once with a jsonl sink: to write a file and to commit are two steps",
            hint=_ONE_DATABASE,
        )


def is_transactional(delivery: Delivery, kind: str | None) -> bool:
    """Whether effects and commits are one Kafka transaction."""
    return delivery is Delivery.EXACTLY_ONCE and kind == KAFKA
