"""How many child processes a machine can hold: by memory, by processes, by open files of their parent."""

from collections.abc import Iterator
from dataclasses import dataclass

from eventq.core.errors import UsageError
from eventq.core.text import plural

_MB = 1_000_000
_PARENT_DESCRIPTORS = 3
"""What a parent holds open for each child: its pipe, and two for its end."""

_OWN_DESCRIPTORS = 32
"""What a parent needs besides: connections to brokers, files."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is left for more processes; None: unknown, or without a limit.

    `memory` in bytes, `processes` count threads too, `descriptors` that this process may still open.
    """

    memory: int | None = None
    processes: int | None = None
    descriptors: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Of one child: megabytes (10^6 bytes) while it works and while it has nothing to do, and its threads."""

    working_mb: int
    idle_mb: int
    threads: int


def check_count(option: str, noun: str, count: int, machine: Machine, need: Need, working: int) -> None:
    """UsageError, naming the option, for more children than the machine can hold; `working` of them work.

    A figure that is unknown refuses nothing, and one child is never refused.
    """
    most, why = min(_rooms(machine, need, working), default=(count, ""))
    most = max(1, most)
    if count > most:
        raise UsageError(
            f"{option} {count}: this machine can hold {plural(most, noun, ',')} ({why})",
            hint="start fewer here, and others on another machine",
        )


def _rooms(machine: Machine, need: Need, working: int) -> Iterator[tuple[int, str]]:
    """How many, and by what."""
    if machine.memory is not None:
        yield _by_memory(machine.memory, need, working)
    if machine.processes is not None:
        left, each = machine.processes, need.threads
        yield (
            left // each,
            f"{left:,} more processes and threads are allowed, see `ulimit -u`; each takes {each}",
        )
    if machine.descriptors is not None:
        left, each, own = machine.descriptors, _PARENT_DESCRIPTORS, _OWN_DESCRIPTORS
        takes = f"each takes {each}, the run itself {own}"
        yield (left - own) // each, f"{left:,} more open files are allowed, see `ulimit -n`; {takes}"


def _by_memory(memory: int, need: Need, working: int) -> tuple[int, str]:
    """The first `working` children take what working takes, all further ones less."""
    left = memory // _MB
    busy = min(working, left // need.working_mb)
    rest = (left - busy * need.working_mb) // need.idle_mb if busy == working else 0
    takes = f"{need.working_mb} MB" + (f", {need.idle_mb} MB without work" if rest else "")
    return busy + rest, f"{left:,} MB of memory are available; each takes {takes}"
