"""What verifications have left that were killed, and which of it nobody uses any more.

A verification holds a lock in its folder as long as it lives: on its own machine that settles it. One of
another machine is over when nobody is in its groups and it began longer ago than any is without members.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from eventq.core.text import duration
from eventq.core.verify.own_names import owner_of

OLD_SECONDS = 3600.0


class OwnFolder(NamedTuple):
    """Of a verification on this machine: whether it lives, and its cluster's id, None if it had none yet."""

    path: str
    living: bool
    cluster: str | None = None


@dataclass(slots=True)
class Leftover:
    """Of one verification; `why_kept` None: it can be removed."""

    name: str
    topics: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    folder: str | None = None
    why_kept: str | None = None


def leftovers(
    topics: Iterable[str],
    groups: Mapping[str, str | None],
    folders: Mapping[str, OwnFolder],
    now: float,
    cluster: str | None = None,
) -> list[Leftover]:
    """Of all `topics` and of `groups` with the reason why each can't be touched, None if it can.

    `folders` by their names; one that belongs to another `cluster` than this one stays.
    """
    found: dict[str, Leftover] = {}
    for name in sorted({*topics, *groups, *folders}):
        owner = owner_of(name)
        if owner is None:
            continue
        left = found.setdefault(owner.base, Leftover(owner.base))
        if name in topics:
            left.topics.append(name)
        if name in groups:
            left.groups.append(name)
            left.why_kept = left.why_kept or groups[name]
        if name in folders:
            left.folder = folders[name].path
            left.why_kept = _in_use(folders[name], cluster) or left.why_kept
    for left in found.values():
        left.why_kept = left.why_kept or _too_young(left, now)
    return list(found.values())


def _in_use(folder: OwnFolder, cluster: str | None) -> str | None:
    if folder.living:
        return "it is running on this machine"
    if folder.cluster is not None and folder.cluster != cluster:
        return f"folder {folder.path} belongs to another cluster, {folder.cluster}"
    return None


def _too_young(left: Leftover, now: float) -> str | None:
    """Only of one that has no folder here: whether it lives can't be known."""
    owner = owner_of(left.name)
    if left.folder is not None or owner is None or now - owner.at >= OLD_SECONDS:
        return None
    return f"it may be running on another machine: {duration(OLD_SECONDS)} after its start it counts as over"
