"""What a consumer promises about crashes, and where its effects go."""

from dataclasses import dataclass
from enum import Enum

from eventq.core.errors import UsageError


class Delivery(str, Enum):
    """AT_MOST_ONCE commits before it processes, AT_LEAST_ONCE after, EXACTLY_ONCE in one with its effect."""

    AT_MOST_ONCE = "at-most-once"
    AT_LEAST_ONCE = "at-least-once"
    EXACTLY_ONCE = "exactly-once"


@dataclass(frozen=True, slots=True)
class SinkPlan:
    """`kind` is sqlite or jsonl, `path` a file; `topic_id` tells a topic from a later one of its name.

    What can't be written is tried again `retries` times, after `backoff` seconds each.
    """

    kind: str
    path: str
    retries: int
    backoff: float
    topic_id: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.path}"

    @property
    def what(self) -> str:
        """For a message about a write that failed."""
        return f"the sink {self.name}"


_KINDS = ("sqlite", "jsonl")


def parse_sink(text: str) -> tuple[str, str]:
    """Kind and path of a sink such as sqlite:PATH; UsageError for another form."""
    kind, colon, path = text.partition(":")
    if not colon or kind not in _KINDS or not path:
        raise UsageError(f"not a sink: {text!r:.120}", hint="sqlite:PATH or jsonl:PATH")
    return kind, path


def check_delivery(delivery: Delivery, kind: str | None) -> None:
    """UsageError for a promise that a sink of this kind, or no sink (None), can't keep."""
    if delivery is not Delivery.EXACTLY_ONCE:
        return
    if kind is None:
        raise UsageError(
            "--delivery exactly-once without --sink: the commit and the effect must be one write",
            hint="--sink sqlite:PATH keeps both in one database",
        )
    if kind == "jsonl":
        raise UsageError(
            "--delivery exactly-once with a jsonl sink: to write a file and to commit are two steps",
            hint="--sink sqlite:PATH keeps both in one database",
        )
