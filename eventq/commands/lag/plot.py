"""`eventq lag plot`: a recording of `eventq lag watch -o json` as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from eventq.commands.extras import require
from eventq.commands.output import say, write
from eventq.commands.whole_file import write_file
from eventq.core import safe_text
from eventq.core.errors import NotFound, UsageError

_KINDS = ("svg", "png", "html")
_MOST_GROUPS = 12


def plot(
    recording: Annotated[Path, typer.Argument(help="A recording: the output of `eventq lag watch -o json`.")],
    to: Annotated[Path, typer.Option("--to", help="The file to write: NAME.svg, NAME.png or NAME.html.")],
    group: Annotated[
        list[str] | None, typer.Option("-g", "--group", help="Only this group; repeatable.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No notes on stderr.")] = False,
) -> None:
    """Draw the lag, rates and time lag of a recording, per group and for its hottest partitions."""
    kind = to.suffix.lstrip(".").lower()
    if kind not in _KINDS:
        raise UsageError(f"--to {to}: not a supported image format", hint="name it .svg, .png or .html")
    require("matplotlib", "plot")
    from eventq.core.lag.plot import Charts
    from eventq.loops.lag.recording import recorded
    from eventq.views.lag.plot import picture

    tell = _silent if quiet else say
    charts = Charts(tuple(group or ()))
    for sample in recorded(recording, tell):
        charts.add(sample)
    drawn = charts.deepest_first()
    missing = sorted(set(group or ()) - {chart.group for chart in drawn})
    if missing or not drawn:
        raise NotFound(
            f"not in {recording}: {', '.join(missing)}" if missing else f"{recording} has no groups",
            hint=f"what is in it: eventq lag watch --replay {recording}",
        )
    if len(drawn) > _MOST_GROUPS:
        left = len(drawn) - _MOST_GROUPS
        tell(f"{left} of {len(drawn)} groups are not drawn (largest lag first); --group names others")
    write_file(to, picture(drawn[:_MOST_GROUPS], kind))
    write(f"{safe_text.line(str(to))}\n")


def _silent(_text: str) -> None:
    pass


def register(group: typer.Typer) -> None:
    group.command("plot")(plot)
