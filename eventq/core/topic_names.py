"""What may be the name of a topic."""

import re
from collections.abc import Iterable

from eventq.core.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")


def check_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repetitions; UsageError for one that Kafka would refuse."""
    unique = tuple(dict.fromkeys(names))
    for name in unique:
        if name in {".", ".."} or not _NAME.fullmatch(name):
            raise UsageError(
                f"not a name for a topic: {name!r}",
                hint="1 to 249 of the letters a-z A-Z, digits, dot, underscore and hyphen; not . or ..",
            )
    return unique
