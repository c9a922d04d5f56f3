"""What the lag commands share: their options, which groups are meant, the reader, the format."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from eventq.commands.options import Shared
from eventq.commands.output import note
from eventq.commands.settings.connect import connection, data_client
from eventq.commands.settings.settings import choice, text_if_given
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation, check_names
from eventq.core.lag.snapshot import Assume
from eventq.core.parse import duration
from eventq.loops.lag.snapshot import Question
from eventq.loops.lag.time_lag import TimeLags

if TYPE_CHECKING:
    from eventq.broker.lag.kafka_python import KafkaPythonLagReader
    from eventq.broker.lag.librdkafka_process import IsolatedLagReader

Groups = Annotated[
    list[str] | None, typer.Option("-g", "--group", help="A group; repeatable (KAFKA_GROUP_ID).")
]
AllGroups = Annotated[bool, typer.Option("--all-groups", help="Every group of the cluster.")]
OneGroup = Annotated[list[str] | None, typer.Option("-g", "--group", help="The group (KAFKA_GROUP_ID).")]
Topics = Annotated[list[str] | None, typer.Option("-t", "--topic", help="Only this topic; repeatable.")]
AssumeOption = Annotated[
    Assume, typer.Option("--assume", help="Where consumers start in a partition without a commit.")
]
IsolationOption = Annotated[
    Isolation | None, typer.Option("--isolation", help="read-committed: the end is the last stable offset.")
]


def question_of(
    shared: Shared,
    groups: tuple[str, ...],
    topics: list[str] | None,
    assume: Assume,
    isolation: Isolation | None,
    *,
    patient: bool = False,
    expected: bool = False,
) -> Question:
    level = choice(shared, Isolation, isolation, "isolation")
    return Question(groups, _topics_of(topics), assume, level, patient, expected)


def groups_of(shared: Shared, given: list[str] | None, *, every: bool = False) -> tuple[str, ...]:
    """The groups named, else the one that is set elsewhere, else all of them (an empty tuple).

    An empty name is that of a group too, which old clients could commit for.
    """
    if every and given:
        raise UsageError("--group and --all-groups exclude each other", hint="leave one of them out")
    if every:
        return ()
    elsewhere = None if given else text_if_given(shared, None, "group")
    return tuple(dict.fromkeys(given or ([elsewhere] if elsewhere else [])))


def _topics_of(given: list[str] | None) -> tuple[str, ...]:
    if "" in (given or ()):
        raise UsageError("the name of a topic can't be empty", hint="is the variable given to --topic set?")
    return check_names(given or ())


def one_group(shared: Shared, given: list[str] | None) -> str:
    """The one group that a script asks about."""
    found = groups_of(shared, given)
    if len(found) != 1:
        what = f"{len(found)} groups were named" if found else "no group was named"
        raise UsageError(f"{what}: one is needed", hint="name it with --group or KAFKA_GROUP_ID")
    return found[0]


def period(text: str) -> float:
    """Seconds between two looks; none at all would ask Kafka without end."""
    seconds = duration(text)
    if seconds <= 0:
        raise UsageError(f"not longer than 0: {text!r}", hint="such as 500ms or 20s")
    return seconds


@contextmanager
def time_lags_of(shared: Shared, question: Question, at_most: int | None = None) -> Iterator[TimeLags]:
    """Over kafka-python whichever client reads the rest: nothing is connected before a record is needed."""
    from eventq.broker.lag.first_record import FirstRecords

    with closing(FirstRecords(connection(shared), question.isolation)) as records:
        yield TimeLags(records, at_most)


def lag_reader(shared: Shared, *, brief: bool = False) -> "KafkaPythonLagReader | IsolatedLagReader":
    """The reader over the client asked for; auto takes the faster one (docs/performance.md).

    `brief`: one look at one group. librdkafka has done that sooner, as it is imported in half the time; it
    asks group by group, so that many groups, and look after look, take less over kafka-python.
    """
    to = connection(shared)
    client = "kafka-python" if to.client == "auto" and not brief else data_client(to)
    if shared.verbose:
        note(shared, f"reads from Kafka with {client}")
    if client == "librdkafka":
        from eventq.broker.lag.librdkafka_process import IsolatedLagReader

        return IsolatedLagReader(to)
    from eventq.broker.lag.kafka_python import KafkaPythonLagReader

    return KafkaPythonLagReader(to)
