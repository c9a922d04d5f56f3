"""Groups of a kind that a client can't describe: what can be said of them all the same."""

from collections.abc import Mapping, Sequence

from eventq.core.lag.reads import Description, ListedGroup, Listing

_NOTES = {
    "share": "members and lag unknown: a share group commits no offsets",
    "classic": "members unknown: the group was created while it was being read",
    "consumer": "members unknown: the group was created while it was being read",
}


def undescribed(group: ListedGroup) -> Description:
    """Type and state as listed, and why there is no more."""
    other = f"members unknown: this client can't describe a group of type {group.type}"
    return Description(group.state or None, note=_NOTES.get(group.type, other), type=group.type)


def looked_up(names: Sequence[str], listing: Listing) -> Mapping[str, Description]:
    """Of groups that seem not to exist, those that are listed; all when some broker did not list its own."""
    listed = {group.group: group for group in listing.groups}
    found = {name: undescribed(listed[name]) for name in names if name in listed}
    if listing.errors:
        unsure = Description(error=listing.errors[0])
        found.update((name, unsure) for name in names if name not in listed)
    return found
