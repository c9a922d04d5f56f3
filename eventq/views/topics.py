"""What was done to topics, and what there is: as text and as JSON."""

from collections.abc import Iterable
from typing import Any

from eventq.core.topics import TopicChange


def changes_document(changes: Iterable[TopicChange]) -> dict[str, Any]:
    return {
        "topics": [
            {
                "topic": change.topic,
                "result": change.result.value,
                "differences": list(change.differences),
                "error": None if change.error is None else str(change.error),
            }
            for change in changes
        ]
    }


def changes_lines(changes: Iterable[TopicChange]) -> str:
    """A line for each topic that is as it was asked to be; the failed ones are told as errors."""
    return "".join(
        f"{change.result.value} {change.topic}{': ' if change.detail else ''}{change.detail}\n"
        for change in changes
        if change.error is None
    )
