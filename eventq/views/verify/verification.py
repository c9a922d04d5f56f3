"""What a verification did and found: the load, the faults, the table of an audit, the self-test."""

from collections.abc import Sequence

from rich.console import RenderableType

from eventq.core.text import duration, plural
from eventq.core.verify.self_test import SelfTest
from eventq.core.verify.verification import Faulted, Phase, Verification
from eventq.views.columns import drawn, joined, styled
from eventq.views.verify import audit


def lines(found: Verification) -> str:
    """For a pipe."""
    return joined([*head(found), ""]) + audit.lines(found.audit) + joined([check_line(found.self_test)])


def screen(found: Verification, width: int) -> str:
    """For a terminal."""
    above: list[RenderableType] = [*head(found), ""]
    style = "green" if found.self_test.can_fail else "bold red"
    below = drawn(width, [styled(check_line(found.self_test), style)])
    return drawn(width, above) + audit.screen(found.audit, width) + below


def head(found: Verification) -> list[str]:
    load = f"{plural(found.messages, 'event', ',')} over {plural(found.partitions, 'partition')}"
    return [
        f"{load}, processed by {plural(found.members, 'member')} into {found.sink}",
        f"promised: {found.audit.delivery.value}",
        f"faults: {faults_line(found.faults)}",
        f"phases: {phases_line(found.phases)}",
    ]


def faults_line(faults: Faulted) -> str:
    """`5 kills, 3 at crash-point:before-commit, 8 restarts; seed 7`"""
    if not faults.asked:
        return "none"
    counts = faults.counts
    said = [
        f"{counts[what]} at {what}" if ":" in what else plural(counts[what], what) for what in sorted(counts)
    ]
    said += [plural(faults.restarts, "restart")] if faults.restarts else []
    return f"{', '.join(said) or 'none happened'}; seed {faults.seed}"


def phases_line(phases: Sequence[Phase]) -> str:
    return ", ".join(f"{phase.name} {duration(phase.seconds)}" for phase in phases)


def check_line(tested: SelfTest) -> str:
    """`the check can fail: yes (16 anomalies planted, just these found)`"""
    if tested.can_fail:
        left = "".join(f"; {name.value} not planted: {why}" for name, why in tested.left_out.items())
        return f"the check can fail: yes ({len(tested.planted)} anomalies planted, just these found{left})"
    missed = ", ".join(name.value for name in tested.missed) or "none"
    wrong = ", ".join(name.value for name in tested.wrong) or "none"
    return f"the check can fail: no (planted and not found: {missed}; found and not planted: {wrong})"
