"""How the result of a verification is shown."""

from pathlib import Path

from eventq.commands.options import Shared
from eventq.commands.output import note, terminal_width, write, write_json
from eventq.commands.verify.workspace import Workspace
from eventq.commands.whole_file import write_file
from eventq.core.errors import EventqError, ExitCode, TimedOut
from eventq.core.verify.verification import Verification


def show_verification(
    shared: Shared, found: Verification, work: Workspace, output: str, junit: Path | None, *, kept: bool
) -> int:
    """The exit code; TimedOut or EventqError, after the result, for one that tells nothing by itself."""
    from eventq.views.verify import verification as view
    from eventq.views.verify import verification_json as documents

    if output == "json":
        write_json(documents.document(found))
    else:
        width = terminal_width()
        write(view.lines(found) if width is None else view.screen(found, width))
    if junit is not None:
        from eventq.views.verify.verification_junit import junit_xml

        write_file(junit, junit_xml(found))
    _tell(shared, found, work, kept=kept)
    return int(found.exit_code)


def _tell(shared: Shared, found: Verification, work: Workspace, *, kept: bool) -> None:
    if not found.audit.complete:
        note(shared, "the ledger is not complete: what became of some events is unknown to their producer")
    if kept:
        note(shared, f"kept: {', '.join(work.made)}; {audit_again(found, work)} judges it again")
    if found.exit_code is ExitCode.TIMED_OUT:
        raise TimedOut(
            f"the group had not processed everything {found.timed_out:g} s after the last event",
            hint="what is known stands above; --timeout gives it more time",
        )
    if found.exit_code is ExitCode.ERROR and not found.self_test.can_fail:
        names = [name.value for name in (*found.self_test.missed, *found.self_test.wrong)]
        raise EventqError(
            f"the check can't fail, so its verdict means nothing: planted were other anomalies than it found "
            f"({', '.join(names)})",
            hint="this is a fault of eventq: report what it prints",
        )

    if found.exit_code is ExitCode.ERROR and not found.faults.happened:
        raise EventqError(
            f"{found.audit.delivery.value} was not put to the test: none of the faults happened",
            hint="more --messages or a lower --rate gives them the time to; --fault none asks for none",
        )


def audit_again(found: Verification, work: Workspace) -> str:
    """The command that judges what was kept."""
    audit = found.audit
    return (
        f"eventq audit --ledger {work.ledger} --topic {audit.topic} --group {audit.group} "
        f"--sink {found.sink} --delivery {audit.delivery.value}"
    )
