"""What was done to topics, and what there is: as text and as JSON."""

from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text

from eventq.core.lag_reads import Bounds
from eventq.core.topics import TopicChange, TopicDetail, TopicMap, TopicPart, shape
from eventq.views.columns import aligned, grid
from eventq.views.lag import number
from eventq.views.lag_json import at

_LIST = ("topic", "partitions", "replicas", "under-replicated", "without leader")
_PARTS = ("topic", "partition", "leader", "replicas", "in sync", "log start", "end", "retained", "status")
_TEXT = frozenset({"topic", "replicas", "in sync", "status"})
_STYLES = {"ok": "green", "under-replicated": "yellow"}


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


def list_document(topics: Iterable[TopicMap]) -> dict[str, Any]:
    return {
        "topics": [
            {
                "topic": topic.topic,
                "topic_id": topic.topic_id,
                "internal": topic.internal,
                "partitions": None if topic.error else len(topic.parts),
                "replicas": topic.replicas,
                "under_replicated": None if topic.error else topic.under_replicated,
                "without_leader": None if topic.error else len(topic.leaderless),
                "error": topic.error,
            }
            for topic in topics
        ]
    }


def list_lines(topics: Iterable[TopicMap]) -> str:
    return "\n".join(aligned(_LIST, [_list_row(topic) for topic in topics], {"topic"})) + "\n"


def list_table(topics: Sequence[TopicMap], width: int) -> str:
    if not topics:
        return "no topics\n"
    rows = []
    for topic in topics:
        name, partitions, replicas, under, leaderless = _list_row(topic)
        marked = [_marked(under, topic.under_replicated, "yellow")]
        marked.append(_marked(leaderless, len(topic.leaderless), "red"))
        rows.append([Text(name), Text(partitions), Text(replicas), *marked])
    return _drawn(width, grid(_LIST, rows, {"topic"}))


def _list_row(topic: TopicMap) -> list[str]:
    if topic.error:
        return [topic.topic, "-", "-", "-", "-"]
    counts = (len(topic.parts), topic.replicas, topic.under_replicated, len(topic.leaderless))
    return [topic.topic, *(str(count) for count in counts)]


def _marked(cell: str, bad: int, style: str) -> Text:
    return Text(cell, style=style if bad else "")


def describe_document(moment: float, topics: Iterable[TopicDetail]) -> dict[str, Any]:
    return {"at": at(moment), "topics": [_topic_document(topic) for topic in topics]}


def _topic_document(topic: TopicDetail) -> dict[str, Any]:
    return {
        "topic": topic.topic,
        "topic_id": topic.map.topic_id,
        "internal": topic.map.internal,
        "replicas": topic.map.replicas,
        "retained": topic.retained,
        "configs": [
            {"name": name, "value": config.value, "source": config.source}
            for name, config in topic.configs.changed.items()
        ],
        "error": None if topic.failure is None else str(topic.failure),
        "partitions": [_part_document(part, topic.bounds[part.partition]) for part in topic.map.parts],
    }


def _part_document(part: TopicPart, bounds: Bounds) -> dict[str, Any]:
    return {
        "partition": part.partition,
        "leader": part.leader,
        "replicas": list(part.replicas),
        "in_sync": list(part.in_sync),
        "under_replicated": part.under_replicated,
        "log_start": bounds.log_start,
        "end": bounds.end,
        "retained": bounds.retained,
        "error": bounds.error,
    }


def describe_lines(topics: Iterable[TopicDetail]) -> str:
    """One table over all topics, its lines to be grepped; then what holds for each as a whole."""
    shown = [topic for topic in topics if topic.error is None]
    if not shown:
        return ""
    rows = [cells for topic in shown for cells in _part_rows(topic)]
    out = aligned(
        _PARTS,
        [[cell.replace(",", "") if n in (5, 6, 7) else cell for n, cell in enumerate(row)] for row in rows],
        _TEXT,
    )
    for topic in shown:
        out += [f"topic {_heading(topic).replace(',', '')}", *_settings(topic), *_errors(topic)]
    return "\n".join(out) + "\n"


def describe_table(topics: Iterable[TopicDetail], width: int) -> str:
    drawn: list[RenderableType] = []
    for topic in topics:
        if topic.error is None:
            rows = [
                [*map(Text, row[1:-1]), Text(row[-1], style=_STYLES.get(row[-1], "red"))]
                for row in _part_rows(topic)
            ]
            drawn += [Text(_heading(topic), style="bold"), grid(_PARTS[1:], rows, _TEXT)]
            drawn += [Text(line) for line in _settings(topic)]
            drawn += [*(Text(line, style="red") for line in _errors(topic)), ""]
    return _drawn(width, *drawn)


def _heading(topic: TopicDetail) -> str:
    parts = [topic.topic, shape(len(topic.map.parts), topic.map.replicas)]
    return "  ".join([*parts, f"retained {number(topic.retained)}", f"id {topic.map.topic_id or '-'}"])


def _settings(topic: TopicDetail) -> list[str]:
    return [
        f"setting {name}={'(hidden)' if config.value is None else config.value} (from {config.source})"
        for name, config in topic.configs.changed.items()
    ]


def _errors(topic: TopicDetail) -> list[str]:
    told = [
        f"error: {topic.topic}:{at}: {bounds.error}" for at, bounds in topic.bounds.items() if bounds.error
    ]
    return told + ([f"error: {topic.configs.error}"] if topic.configs.error else [])


def _part_rows(topic: TopicDetail) -> list[list[str]]:
    rows = []
    for part in topic.map.parts:
        bounds = topic.bounds[part.partition]
        numbers = [number(bounds.log_start), number(bounds.end), number(bounds.retained)]
        leader = "-" if part.leader is None else str(part.leader)
        brokers = [",".join(map(str, part.replicas)), ",".join(map(str, part.in_sync)) or "-"]
        rows.append([topic.topic, str(part.partition), leader, *brokers, *numbers, _status(part, bounds)])
    return rows


def _status(part: TopicPart, bounds: Bounds) -> str:
    if part.leader is None:
        return "no-leader"
    if bounds.error is not None:
        return "error"
    return "under-replicated" if part.under_replicated else "ok"


def _drawn(width: int, *things: RenderableType) -> str:
    out = StringIO()
    console = Console(file=out, force_terminal=True, width=width, legacy_windows=False, highlight=False)
    console.print(Group(*things))
    return out.getvalue()
