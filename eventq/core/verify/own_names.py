"""The names of what a verification makes on a cluster and in a folder: whose it is, and since when.

eventq-verify-20261128-095455-372d8a68           topic, group and folder
eventq-verify-20261128-095455-372d8a68-…         what else it needs
"""

import re
from datetime import datetime, timezone
from typing import NamedTuple

_TIME = "%Y%m%d-%H%M%S"
_NAME = re.compile(r"(eventq-verify-(\d{8}-\d{6})-[0-9a-f]{8})(?:-[a-z0-9-]+)?", re.ASCII)


class OwnName(NamedTuple):
    """`base` is the name of the verification, `at` its beginning in seconds since 1970."""

    base: str
    at: float


def own_name(at: float, run: str) -> str:
    """`run`: eight hexadecimal digits that no other has."""
    return f"eventq-verify-{datetime.fromtimestamp(at, timezone.utc).strftime(_TIME)}-{run}"


def owner_of(name: str) -> OwnName | None:
    """None for a name that no verification gives."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        at = datetime.strptime(found[2], _TIME).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return OwnName(found[1], at.timestamp())
