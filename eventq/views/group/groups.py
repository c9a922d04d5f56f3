"""Groups, their members and their topics: lines and tables."""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.table import Table

from eventq.core import safe_text
from eventq.core.group.groups import Described, TopicOfGroup, topics_of_group
from eventq.core.lag.reads import GroupReads, ListedGroup, MemberDescription
from eventq.core.lag.snapshot import GroupLag
from eventq.views.columns import aligned, digits, drawn, grid, joined, styled
from eventq.views.lag.lines import Number, heading, notes, number, summary

_LIST = ("group", "type", "state")
_MEMBERS = ("client id", "host", "member id", "partitions")
_TOPICS = ("topic", "partitions", "committed", "lag", "lost")

_WIDE_COLUMNS = 120


def list_lines(groups: Iterable[ListedGroup]) -> str:
    return joined(aligned(_LIST, _list_rows(groups), _LIST))


def list_table(groups: Sequence[ListedGroup], width: int) -> str:
    return drawn(width, [grid(_LIST, _list_rows(groups), _LIST) if groups else "no groups"])


def _list_rows(groups: Iterable[ListedGroup]) -> list[list[str]]:
    return [[safe_text.name(group.group), group.type or "-", group.state or "-"] for group in groups]


def describe_lines(groups: Sequence[Described]) -> str:
    """A line for the group, then one for each topic and each member."""
    out = []
    for read, lag in groups:
        out.append(f"{heading(lag)}  {summary(lag, digits)}")
        out += [_topic_line(topic) for topic in topics_of_group(lag)]
        out += [f"member {'  '.join(row)}" for row in _member_rows(read)]
        out += notes(lag)
    return joined(out)


def deleted_lines(groups: Iterable[str]) -> str:
    return joined(f"deleted {safe_text.name(group)}" for group in groups)


def _topic_line(topic: TopicOfGroup) -> str:
    name, *figures = _topic_row(topic, digits)
    return "  ".join([f"topic {name}", *(f"{n} {f}" for n, f in zip(_TOPICS[1:], figures, strict=True))])


def describe_table(groups: Sequence[Described], width: int) -> str:
    things: list[RenderableType] = []
    for read, lag in groups:
        topics = [_topic_row(topic, number) for topic in topics_of_group(lag)]
        things.append(styled(heading(lag), "bold"))
        things += [grid(_TOPICS, topics, {"topic"}), styled(summary(lag), "bold")] if topics else []
        things += [_member_grid(read, width)] if read.description.members else []
        things += [*_notes(lag), ""]
    return drawn(width, things or ["no groups"])


def members_lines(groups: Sequence[Described]) -> str:
    """A line for each member, the group in each so that it can be grepped."""
    rows = [[safe_text.name(read.group), *row] for read, _ in groups for row in _member_rows(read)]
    out = aligned(("group", *_MEMBERS), rows, ("group", *_MEMBERS))
    return joined([*out, *(note for _, lag in groups for note in notes(lag))])


def members_table(groups: Sequence[Described], width: int) -> str:
    things: list[RenderableType] = []
    for read, lag in groups:
        things.append(styled(heading(lag), "bold"))
        things += [_member_grid(read, width)] if read.description.members else []
        things += [*_notes(lag), ""]
    return drawn(width, things or ["no groups"])


def _member_grid(read: GroupReads, width: int) -> Table:
    """Member ids are long, and said by -o json: a narrow terminal goes without."""
    shown = [n for n, name in enumerate(_MEMBERS) if width >= _WIDE_COLUMNS or name != "member id"]
    rows = [[row[n] for n in shown] for row in _member_rows(read)]
    return grid([_MEMBERS[n] for n in shown], rows, _MEMBERS)


def _notes(lag: GroupLag) -> list[RenderableType]:
    return [styled(line, "red" if line.startswith("error") else "yellow") for line in notes(lag)]


def _topic_row(topic: TopicOfGroup, number: Number) -> list[str]:
    figures = (topic.partitions, topic.committed, topic.lag, topic.lost)
    return [topic.topic, *(number(figure) for figure in figures)]


def _member_rows(read: GroupReads) -> list[list[str]]:
    return [
        [*map(safe_text.name, (member.client_id, member.host, member.member_id)), assignment(member)]
        for member in read.description.members or ()
    ]


def assignment(member: MemberDescription) -> str:
    """`orders:0,1 audit:2`, as --topic takes it; `-` for an idle member."""
    by_topic: dict[str, list[int]] = {}
    for key in sorted(member.assignment):
        by_topic.setdefault(key.topic, []).append(key.partition)
    return " ".join(f"{topic}:{','.join(map(str, ps))}" for topic, ps in by_topic.items()) or "-"
