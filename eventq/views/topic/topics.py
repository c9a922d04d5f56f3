"""What was done to topics, and what there is: as text."""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.text import Text

from eventq.core.kafka import Bounds
from eventq.core.topic.topics import TopicChange, TopicDetail, TopicMap, TopicPart, shape
from eventq.views.columns import aligned, digits, drawn, grid, joined, styled
from eventq.views.lag.lines import Number, number

_LIST = ("topic", "partitions", "replicas", "under-replicated", "without leader")
_PARTS = ("topic", "partition", "leader", "replicas", "in sync", "log start", "end", "retained", "status")
_TEXT = frozenset({"topic", "replicas", "in sync", "status"})
_STYLES = {"ok": "green", "under-replicated": "yellow"}


def changes_lines(changes: Iterable[TopicChange]) -> str:
    """A line for each topic that is as it was asked to be; the failed ones are told as errors."""
    return joined(
        f"{change.result.value} {change.topic}{': ' if change.detail else ''}{change.detail}"
        for change in changes
        if change.error is None
    )


def list_lines(topics: Iterable[TopicMap]) -> str:
    return joined(aligned(_LIST, [_list_row(topic) for topic in topics], {"topic"}))


def list_table(topics: Sequence[TopicMap], width: int) -> str:
    if not topics:
        return "no topics\n"
    rows = []
    for topic in topics:
        name, partitions, replicas, under, leaderless = _list_row(topic)
        marked = [_marked(under, topic.under_replicated, "yellow")]
        marked.append(_marked(leaderless, len(topic.leaderless), "red"))
        rows.append([styled(name), styled(partitions), styled(replicas), *marked])
    return drawn(width, [grid(_LIST, rows, {"topic"})])


def _list_row(topic: TopicMap) -> list[str]:
    if topic.error:
        return [topic.topic, "-", "-", "-", "-"]
    counts = (len(topic.parts), topic.replicas, topic.under_replicated, len(topic.leaderless))
    return [topic.topic, *(str(count) for count in counts)]


def _marked(cell: str, bad: int, style: str) -> Text:
    return styled(cell, style if bad else "")


def describe_lines(topics: Iterable[TopicDetail]) -> str:
    """One table over all topics, its lines to be grepped; then what holds for each as a whole."""
    found = [topic for topic in topics if topic.error is None]
    if not found:
        return ""
    out = aligned(_PARTS, [cells for topic in found for cells in _part_rows(topic, digits)], _TEXT)
    for topic in found:
        out += [f"topic {_heading(topic, digits)}", *_settings(topic), *_errors(topic)]
    return joined(out)


def describe_table(topics: Iterable[TopicDetail], width: int) -> str:
    things: list[RenderableType] = []
    for topic in topics:
        if topic.error is None:
            rows = [
                [*map(styled, row[1:-1]), styled(row[-1], _STYLES.get(row[-1], "red"))]
                for row in _part_rows(topic, number)
            ]
            things += [styled(_heading(topic, number), "bold"), grid(_PARTS[1:], rows, _TEXT)]
            things += [styled(line) for line in _settings(topic)]
            things += [*(styled(line, "red") for line in _errors(topic)), ""]
    return drawn(width, things)


def _heading(topic: TopicDetail, number: Number) -> str:
    parts = [topic.topic, shape(len(topic.map.parts), topic.map.replicas)]
    return "  ".join([*parts, f"retained {number(topic.retained)}"])


def _settings(topic: TopicDetail) -> list[str]:
    return [f"id {topic.map.topic_id or '-'}"] + [
        f"setting {name}={'(hidden)' if config.value is None else config.value} (from {config.source})"
        for name, config in topic.configs.changed.items()
    ]


def _errors(topic: TopicDetail) -> list[str]:
    told = [
        f"error: {topic.topic}:{at}: {bounds.error}" for at, bounds in topic.bounds.items() if bounds.error
    ]
    return told + ([f"error: {topic.configs.error}"] if topic.configs.error else [])


def _part_rows(topic: TopicDetail, number: Number) -> list[list[str]]:
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
