"""Whether an audit that was made can fail: what it found of anomalies that were planted in a copy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventq.core.verify.audit import Audit
from eventq.core.verify.names import Name
from eventq.core.verify.planting import Planting

_DISORDER = "what is taken away may bring order into what had none"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """`planted`: one of each; `left_out`: why the others were not. `missed` was planted and not found,
    `wrong` was found and not planted.
    """

    planted: frozenset[Name]
    left_out: Mapping[Name, str]
    missed: Sequence[Name]
    wrong: Sequence[Name]

    @property
    def can_fail(self) -> bool:
        return bool(self.planted) and not self.missed and not self.wrong


def compared(planting: Planting, before: Audit, after: Audit) -> SelfTest:
    """Of the audit of what was there, and that of the copy."""
    more = {name: (after.count(name) or 0) - (before.count(name) or 0) for name in Name}
    more[Name.DUPLICATE] += planting.no_duplicate
    left_out = {name: why for name in Name if (why := planting.why_not(name)) is not None}
    disorder = {name: _DISORDER for name in (Name.REORDERED_IN_LOG, Name.REORDERED) if before.count(name)}
    left_out |= disorder
    planted = frozenset(Name) - set(left_out)
    return SelfTest(
        planted=planted,
        left_out=left_out,
        missed=[name for name in Name if name in planted and more[name] < 1],
        wrong=[n for n in Name if n not in disorder and (more[n] > (n in planted) or more[n] < 0)],
    )
