"""Whether an audit that was made can fail: what it found of anomalies that were planted in a copy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eventq.core.verify.audit import Audit
from eventq.core.verify.names import Name
from eventq.core.verify.planting import Planting


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
    planted = planting.planted
    return SelfTest(
        planted=planted,
        left_out={name: why for name in Name if (why := planting.why_not(name)) is not None},
        missed=[name for name in Name if name in planted and more[name] < 1],
        wrong=[name for name in Name if more[name] > (name in planted) or more[name] < 0],
    )
