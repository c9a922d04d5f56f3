"""Groups, their members and their topics: lines and tables."""

from collections.abc import Iterable, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from eventq.core.group.groups import Described, TopicOfGroup, topics_of_group
from eventq.core.lag.reads import GroupReads, ListedGroup, MemberDescription
from eventq.core.lag.snapshot import GroupLag
from eventq.views.columns import aligned, drawn, grid
from eventq.views.lag.lines import heading, notes, number, summary

_LIST = ("group", "type", "state")
_MEMBERS = ("client id", "host", "member id", "partitions")
_TOPICS = ("topic", "partitions", "committed", "lag", "lost")

_WIDE_COLUMNS = 120


def list_lines(groups: Iterable[ListedGroup]) -> str:
    return "\n".join(aligned(_LIST, _list_rows(groups), _LIST)) + "\n"


def list_table(groups: Sequence[ListedGroup], width: int) -> str:
    return drawn(width, [grid(_LIST, _list_rows(groups), _LIST) if groups else "no groups"])


def _list_rows(groups: Iterable[ListedGroup]) -> list[list[str]]:
    return [[group.group, group.type or "-", group.state or "-"] for group in groups]


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
        things.append(Text(heading(lag), style="bold"))
        things += [grid(_TOPICS, topics, {"topic"}), Text(summary(lag), style="bold")] if topics else []
        things += [_member_grid(read, width)] if read.description.members else []
        things += [*_notes(lag), ""]
    return drawn(width, things or ["no groups"])


def members_lines(groups: Sequence[Described]) -> str:
    """A line for each member, the group in each so that it can be grepped."""
    rows = [[read.group, *row] for read, _ in groups for row in _member_rows(read)]
    out = aligned(("group", *_MEMBERS), rows, ("group", *_MEMBERS))
    return "".join(f"{line}\n" for line in [*out, *(note for _, lag in groups for note in notes(lag))])


def members_table(groups: Sequence[Described], width: int) -> str:
    things: list[RenderableType] = []
    for read, lag in groups:
        things.append(Text(heading(lag), style="bold"))
        things += [_member_grid(read, width)] if read.description.members else []
        things += [*_notes(lag), ""]
    return drawn(width, things or ["no groups"])


def _member_grid(read: GroupReads, width: int) -> Table:
    """Member ids are long, and said by -o json: a narrow terminal goes without."""
    shown = [n for n, name in enumerate(_MEMBERS) if width >= _WIDE_COLUMNS or name != "member id"]
    rows = [[row[n] for n in shown] for row in _member_rows(read)]
    return grid([_MEMBERS[n] for n in shown], rows, _MEMBERS)


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


def assignment(member: MemberDescription) -> str:
    """`orders:0,1 audit:2`, as --topic takes it; `-` for an idle member."""
    by_topic: dict[str, list[int]] = {}
    for key in sorted(member.assignment):
        by_topic.setdefault(key.topic, []).append(key.partition)
    return " ".join(f"{topic}:{','.join(map(str, ps))}" for topic, ps in by_topic.items()) or "-"
