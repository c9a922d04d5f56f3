"""How faults on purpose are written, whichever run they are for: KIND:NAME=VALUE,…"""

from dataclasses import dataclass

from eventq.core.errors import UsageError
from eventq.core.parse import whole


@dataclass(frozen=True, slots=True)
class KillAfter:
    """A process is killed (SIGKILL) once `events` have passed."""

    events: int


def fault_parts(text: str) -> tuple[str, dict[str, str]]:
    """The kind, and the values by name; a name alone has an empty one."""
    kind, _, rest = text.partition(":")
    return kind, dict(_pair(part) for part in rest.split(","))


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name, value


def kill_after(kind: str, given: dict[str, str]) -> KillAfter | None:
    """Of `kill:after=N`, None for another fault; ValueError for no number of events."""
    return KillAfter(positive(given["after"])) if kind == "kill" and given.keys() == {"after"} else None


def positive(text: str) -> int:
    """ValueError for what is no whole number above 0."""
    found = whole(text)
    if found is None or found < 1:
        raise ValueError(text)
    return found


def not_a_fault(text: str, hint: str) -> UsageError:
    return UsageError(f"not a fault: {text!r:.120}", hint=hint)
