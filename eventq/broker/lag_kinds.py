"""Groups of a kind that a client can't describe: what can be said of them all the same."""

from collections.abc import Mapping, Sequence

from eventq.core.lag_reads import Description, ListedGroup, Listing


def undescribed(group: ListedGroup, hint: str = "") -> Description:
    """Type and state as listed, and why there is no more; `hint` says what would know the members."""
    if group.type == "share":
        note = "members and lag unknown: a share group commits no offsets"
    else:
        note = f"members unknown: this client can't describe a group of type {group.type}{hint}"
    return Description(group.state or None, note=note, type=group.type)


def looked_up(names: Sequence[str], listing: Listing, hint: str = "") -> Mapping[str, Description]:
    """Of groups that seem not to exist, those that are listed; all when some broker did not list its own."""
    listed = {group.group: group for group in listing.groups}
    found = {name: undescribed(listed[name], hint) for name in names if name in listed}
    if listing.errors:
        unsure = Description(error=listing.errors[0])
        found.update((name, unsure) for name in names if name not in listed)
    return found
