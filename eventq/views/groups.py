"""Groups, their members and their topics: lines, tables and JSON."""

from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from eventq.core.errors import EventqError
from eventq.core.groups import TopicOfGroup, topics_of_group
from eventq.core.lag import GroupLag
from eventq.core.lag_reads import GroupReads, ListedGroup, Member
from eventq.views.columns import aligned, grid
from eventq.views.lag import heading, notes, number, summary
from eventq.views.lag_json import at

_LIST = ("group", "type", "state")
_MEMBERS = ("client id", "host", "member id", "partitions")
_TOPICS = ("topic", "partitions", "committed", "lag", "lost")

Described = tuple[GroupReads, GroupLag]
"""A group as it was read, and its lag."""


def list_document(groups: Iterable[ListedGroup]) -> dict[str, Any]:
    return {"groups": [{"group": g.group, "type": g.type, "state": g.state} for g in groups]}


def list_lines(groups: Iterable[ListedGroup]) -> str:
    return "\n".join(aligned(_LIST, _list_rows(groups), _LIST)) + "\n"


def list_table(groups: Sequence[ListedGroup], width: int) -> str:
    return _drawn(width, grid(_LIST, _list_rows(groups), _LIST) if groups else "no groups")


def _list_rows(groups: Iterable[ListedGroup]) -> list[list[str]]:
    return [[group.group, group.type or "-", group.state or "-"] for group in groups]


def describe_document(moment: float, groups: Sequence[Described]) -> dict[str, Any]:
    return {
        "at": at(moment),
        "groups": [
            {**_group_document(read, lag), "lag": lag.lag, "lost": lag.lost, "topics": _topics_document(lag)}
            for read, lag in groups
        ],
    }


def _topics_document(lag: GroupLag) -> list[dict[str, Any]]:
    return [
        {"topic": t.topic, "partitions": t.partitions, "committed": t.committed, "lag": t.lag, "lost": t.lost}
        for t in topics_of_group(lag)
    ]


def members_document(moment: float, groups: Sequence[Described]) -> dict[str, Any]:
    return {"at": at(moment), "groups": [_group_document(read, lag) for read, lag in groups]}


def _group_document(read: GroupReads, lag: GroupLag) -> dict[str, Any]:
    return {
        "group": lag.group,
        "state": lag.state,
        "type": lag.type,
        "assignor": lag.assignor,
        "member_count": lag.member_count,
        "members": member_documents(read.description.members),
        "warnings": list(lag.warnings),
        "error": lag.error,
    }


def member_documents(members: Iterable[Member] | None) -> list[dict[str, Any]]:
    return [
        {
            "member_id": member.member_id,
            "client_id": member.client_id,
            "host": member.host,
            "assignment": [{"topic": key.topic, "partition": key.partition} for key in member.assignment],
        }
        for member in members or ()
    ]


def deleted_document(groups: Iterable[str], failed: Mapping[str, EventqError]) -> dict[str, Any]:
    return {
        "groups": [
            {
                "group": group,
                "result": "failed" if group in failed else "deleted",
                "error": str(failed[group]) if group in failed else None,
            }
            for group in groups
        ]
    }


def describe_lines(groups: Sequence[Described]) -> str:
    """A line for the group, then one for each topic and each member."""
    out = []
    for read, lag in groups:
        out.append(f"{heading(lag)}  {summary(lag)}".replace(",", ""))
        out += [_topic_line(topic) for topic in topics_of_group(lag)]
        out += [f"member {'  '.join(row)}" for row in _member_rows(read)]
        out += notes(lag)
    return "".join(f"{line}\n" for line in out)


def _topic_line(topic: TopicOfGroup) -> str:
    name, *figures = (cell.replace(",", "") for cell in _topic_row(topic))
    return "  ".join([f"topic {name}", *(f"{n} {f}" for n, f in zip(_TOPICS[1:], figures, strict=True))])


def describe_table(groups: Sequence[Described], width: int) -> str:
    things: list[RenderableType] = []
    for read, lag in groups:
        topics = [_topic_row(topic) for topic in topics_of_group(lag)]
        members = _member_rows(read)
        things.append(Text(heading(lag), style="bold"))
        things += [grid(_TOPICS, topics, {"topic"}), Text(summary(lag), style="bold")] if topics else []
        things += [grid(_MEMBERS, members, _MEMBERS)] if members else []
        things += [*_notes(lag), ""]
    return _drawn(width, *(things or ["no groups"]))


def members_lines(groups: Sequence[Described]) -> str:
    """A line for each member, the group in each so that it can be grepped."""
    rows = [[read.group, *row] for read, _ in groups for row in _member_rows(read)]
    out = aligned(("group", *_MEMBERS), rows, ("group", *_MEMBERS))
    return "".join(f"{line}\n" for line in [*out, *(note for _, lag in groups for note in notes(lag))])


def members_table(groups: Sequence[Described], width: int) -> str:
    things: list[RenderableType] = []
    for read, lag in groups:
        members = _member_rows(read)
        things.append(Text(heading(lag), style="bold"))
        things += [grid(_MEMBERS, members, _MEMBERS)] if members else []
        things += [*_notes(lag), ""]
    return _drawn(width, *(things or ["no groups"]))


def _notes(lag: GroupLag) -> list[Text]:
    return [Text(line, style="red" if line.startswith("error") else "yellow") for line in notes(lag)]


def _topic_row(topic: TopicOfGroup) -> list[str]:
    figures = (topic.partitions, topic.committed, topic.lag, topic.lost)
    return [topic.topic, *(number(figure) for figure in figures)]


def _member_rows(read: GroupReads) -> list[list[str]]:
    return [
        [member.client_id, member.host, member.member_id, assignment(member)]
        for member in read.description.members or ()
    ]


def assignment(member: Member) -> str:
    """`orders:0,1 audit:2`, as --topic takes it; `-` for an idle member."""
    by_topic: dict[str, list[int]] = {}
    for key in sorted(member.assignment):
        by_topic.setdefault(key.topic, []).append(key.partition)
    return " ".join(f"{topic}:{','.join(map(str, ps))}" for topic, ps in by_topic.items()) or "-"


def _drawn(width: int, *things: RenderableType) -> str:
    out = StringIO()
    console = Console(file=out, force_terminal=True, width=width, legacy_windows=False, highlight=False)
    for thing in things:
        console.print(thing)
    return out.getvalue()
