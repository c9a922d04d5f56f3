"""`eventq verify --clean`: removes what verifications left that were killed, and nothing that one may use."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eventq.commands.confirm import confirm, require_terminal
from eventq.commands.lag.options import lag_reader
from eventq.commands.options import Shared
from eventq.commands.output import note, write, write_json
from eventq.commands.settings.connect import connection
from eventq.commands.verify.folder import remove_folder, run_folders
from eventq.core.errors import EventqError, NotFound, together
from eventq.core.group.groups import occupied
from eventq.core.verify.leftovers import Leftover, leftovers
from eventq.core.verify.own_names import owner_of
from eventq.loops.clock import SystemClock
from eventq.loops.lag.snapshot import Question, read


def clean(shared: Shared, output: str, *, yes: bool) -> int:
    """Says what may be in use and stays, asks, and says what was removed."""
    require_terminal("verify --clean", yes=yes)
    from eventq.broker.topic.topics import Topics

    with Topics(connection(shared)) as topics:
        found = leftovers(topics.find(), _groups(shared), run_folders(), time.time(), topics.cluster_id())
        gone = [left for left in found if left.why_kept is None]
        kept = [left for left in found if left.why_kept is not None]
        for left in kept:
            note(shared, f"{left.name} stays: {left.why_kept}")
        if gone:
            confirm(f"Remove {'; '.join(map(_said, gone))}?", yes=yes)
        errors = [*_deleted_groups(shared, gone), *_deleted_topics(topics.delete, gone)]
    errors += [error for left in gone if left.folder and (error := _removed(left.folder)) is not None]
    _report(gone, kept, output)
    if errors:
        raise together(errors, sum(len(left.topics) + len(left.groups) + 1 for left in gone))
    return 0


def _groups(shared: Shared) -> Mapping[str, str | None]:
    """Those of verifications, and why one can't be touched."""
    with lag_reader(shared) as reader:
        names = tuple(group.group for group in reader.list_groups().groups if owner_of(group.group))
        found = read(reader, Question(groups=names, patient=True), SystemClock()).groups if names else ()
        reasons = {group.group: occupied(group) for group in found}
    return {name: None if (error := reasons.get(name)) is None else str(error) for name in names}


def _said(left: Leftover) -> str:
    return ", ".join(_things(left))


def _things(left: Leftover) -> Sequence[str]:
    folder = [f"folder {left.folder}"] if left.folder else []
    topics = [f"topic {topic}" for topic in left.topics]
    return [*topics, *(f"group {group}" for group in left.groups), *folder]


def _deleted_groups(shared: Shared, gone: Sequence[Leftover]) -> list[EventqError]:
    from eventq.broker.group.groups import Groups

    names = [group for left in gone for group in left.groups]
    if not names:
        return []
    with Groups(connection(shared)) as groups:
        return _real(groups.delete(names))


def _deleted_topics(
    delete: Callable[[Sequence[str]], Mapping[str, EventqError]], gone: Sequence[Leftover]
) -> list[EventqError]:
    names = [topic for left in gone for topic in left.topics]
    return _real(delete(names)) if names else []


def _real(failed: Mapping[str, EventqError]) -> list[EventqError]:
    """Without those of what has gone by itself meanwhile."""
    return [error for error in failed.values() if not isinstance(error, NotFound)]


def _removed(folder: str) -> EventqError | None:
    try:
        remove_folder(Path(folder))
    except EventqError as error:
        return error
    return None


def _report(gone: Sequence[Leftover], kept: Sequence[Leftover], output: str) -> None:
    from eventq.views.verify import leftovers as view

    if output == "json":
        write_json(view.document(gone, kept))
    else:
        write(view.lines([thing for left in gone for thing in _things(left)]))
