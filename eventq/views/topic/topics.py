"""What was done to topics, and what there is: as text."""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.text import Text

from eventq.core.kafka import Bounds
from eventq.core.topic.topics import TopicChange, TopicDetail, TopicMap, TopicPart, shape
from eventq.views.columns import aligned, drawn, grid
from eventq.views.lag.lines import number

_LIST = ("topic", "partitions", "replicas", "under-replicated", "without leader")
_PARTS = ("topic", "partition", "leader", "replicas", "in sync", "log start", "end", "retained", "status")
_TEXT = frozenset({"topic", "replicas", "in sync", "status"})
_STYLES = {"ok": "green", "under-replicated": "yellow"}


def changes_lines(changes: Iterable[TopicChange]) -> str:
    """A line for each topic that is as it was asked to be; the failed ones are told as errors."""
    return "".join(
        f"{change.result.value} {change.topic}{': ' if change.detail else ''}{change.detail}\n"
        for change in changes
        if change.error is None
    )


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
    return drawn(width, [grid(_LIST, rows, {"topic"})])


def _list_row(topic: TopicMap) -> list[str]:
    if topic.error:
        return [topic.topic, "-", "-", "-", "-"]
    counts = (len(topic.parts), topic.replicas, topic.under_replicated, len(topic.leaderless))
    return [topic.topic, *(str(count) for count in counts)]


def _marked(cell: str, bad: int, style: str) -> Text:
    return Text(cell, style=style if bad else "")


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
    things: list[RenderableType] = []
    for topic in topics:
        if topic.error is None:
            rows = [
                [*map(Text, row[1:-1]), Text(row[-1], style=_STYLES.get(row[-1], "red"))]
                for row in _part_rows(topic)
            ]
            things += [Text(_heading(topic), style="bold"), grid(_PARTS[1:], rows, _TEXT)]
            things += [Text(line) for line in _settings(topic)]
            things += [*(Text(line, style="red") for line in _errors(topic)), ""]
    return drawn(width, things)


def _heading(topic: TopicDetail) -> str:
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
