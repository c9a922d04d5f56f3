"""Each guarantee with each fault: where events are lost or processed twice, and where they can't be."""

from collections.abc import Sequence
from dataclasses import dataclass

from eventq.core.consume.delivery import Delivery
from eventq.core.consume.injection import CrashPoint
from eventq.core.errors import ExitCode
from eventq.core.verify.audit import Audit
from eventq.core.verify.names import AuditVerdict, Name
from eventq.core.verify.self_test import SelfTest
from eventq.core.verify.verification import Faulted, Phase

SESSION_SECONDS = 6
"""The shortest that brokers allow by default: whoever is stopped for longer loses its partitions."""


@dataclass(frozen=True, slots=True)
class MatrixFault:
    """`name` as the table has it, `faults` as --fault does."""

    name: str
    faults: tuple[str, ...]


def matrix_faults(messages: int) -> list[MatrixFault]:
    """The rows of the table, for runs of so many events."""
    shares = [max(1, messages * share // 100) for share in (10, 30, 50)]
    kills = tuple(f"kill:after={share}" for share in shares)
    pause = f"pause:after={shares[0]},for={SESSION_SECONDS + 2}s"
    points = [MatrixFault(f"crash {p.value}", (f"crash-point:{p.value}",)) for p in CrashPoint]
    return [MatrixFault("none", ()), MatrixFault("kill", kills), MatrixFault("pause", (pause,)), *points]


@dataclass(frozen=True, slots=True)
class Cell:
    """`settled`: everything was processed in time."""

    delivery: Delivery
    fault: str
    audit: Audit
    faulted: Faulted
    settled: bool

    @property
    def lost(self) -> int:
        return self.audit.count(Name.LOST) or 0

    @property
    def duplicate(self) -> int:
        return self.audit.count(Name.DUPLICATE) or 0

    @property
    def holds(self) -> bool:
        return self.audit.verdict is AuditVerdict.HOLDS and self.settled


@dataclass(frozen=True, slots=True)
class Matrix:
    """Cells by fault, and among those by guarantee."""

    name: str
    messages: int
    sink: str
    cells: Sequence[Cell]
    self_test: SelfTest
    phases: Sequence[Phase]

    @property
    def faults(self) -> Sequence[str]:
        return list(dict.fromkeys(cell.fault for cell in self.cells))

    @property
    def broken(self) -> Sequence[Cell]:
        return [cell for cell in self.cells if cell.audit.verdict is AuditVerdict.BROKEN]

    @property
    def exit_code(self) -> ExitCode:
        if self.broken:
            return ExitCode.VERIFICATION
        if not all(cell.settled for cell in self.cells):
            return ExitCode.TIMED_OUT
        sure = self.self_test.can_fail and all(cell.holds for cell in self.cells)
        return ExitCode.DONE if sure else ExitCode.ERROR
