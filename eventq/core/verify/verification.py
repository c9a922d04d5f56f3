"""What a verification was asked for, what happened in it, and what that means."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventq.core.consume.report import Injected
from eventq.core.errors import ExitCode
from eventq.core.verify.audit import Audit
from eventq.core.verify.names import AuditVerdict
from eventq.core.verify.self_test import SelfTest

KILLS = (10, 30, 50, 70, 90)
"""By default a member is killed when so many hundredths of the events are processed."""


def default_faults(messages: int) -> tuple[str, ...]:
    """Kills spread over the run, and each member once dies between an effect and its commit."""
    kills = (f"kill:after={max(1, messages * share // 100)}" for share in KILLS)
    return (*kills, "crash-point:before-commit,times=1")


@dataclass(frozen=True, slots=True)
class Phase:
    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Faulted:
    """`asked` as --fault has it; `seed` None without any."""

    asked: Sequence[str]
    seed: int | None
    injected: Sequence[Injected]
    restarts: int

    @property
    def happened(self) -> bool:
        """None was asked for, or at least one came about: else nothing was put to the test."""
        return bool(self.injected) or not self.asked

    @property
    def counts(self) -> Mapping[str, int]:
        return Counter(each.what for each in self.injected)


@dataclass(frozen=True, slots=True)
class Verification:
    """`timed_out`: seconds after the last event, None if the group had processed everything by then."""

    name: str
    messages: int
    members: int
    partitions: int
    sink: str
    audit: Audit
    self_test: SelfTest
    faults: Faulted
    phases: Sequence[Phase]
    timed_out: float | None

    @property
    def exit_code(self) -> ExitCode:
        """A broken promise counts for more than a run that was not finished."""
        if self.audit.verdict is AuditVerdict.BROKEN:
            return ExitCode.VERIFICATION
        if self.timed_out is not None:
            return ExitCode.TIMED_OUT
        sure = self.self_test.can_fail and self.faults.happened
        holds = self.audit.verdict is AuditVerdict.HOLDS
        return ExitCode.DONE if sure and holds else ExitCode.ERROR
