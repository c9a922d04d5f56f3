"""`eventq produce --plan`: shows the load and sends nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from eventq.commands.extras import require
from eventq.commands.option_fields import option
from eventq.commands.output import terminal_width, write, write_json
from eventq.core import safe_text
from eventq.core.errors import UsageError
from eventq.core.produce.plan import ProducePlan

_PANEL = "The load"
_KINDS = ("svg", "png")
_POINTS = 200


@dataclass(frozen=True, slots=True)
class PreviewOptions:
    """As given; None means not given."""

    plan: Annotated[
        bool, option(_PANEL, "--plan", text="Show the load: total, end, peak, bytes, stages; send nothing.")
    ] = False
    to: Annotated[
        Path | None, option(_PANEL, "--to", text="With --plan: draw it to this file, NAME.svg or NAME.png.")
    ] = None

    def check(self) -> None:
        """UsageError for what would draw nothing, before anything is done."""
        if self.to is None:
            return
        if not self.plan:
            raise UsageError("--to without --plan", hint="only a plan is drawn to a file")
        if self.kind not in _KINDS:
            raise UsageError(f"--to {self.to}: not a supported image format", hint="name it .svg or .png")
        require("matplotlib", "plot")

    @property
    def kind(self) -> str:
        return "" if self.to is None else self.to.suffix.lstrip(".").lower()


def show(plan: ProducePlan, output: str, options: PreviewOptions) -> None:
    """UsageError for a run without a pace, which has no plan."""
    from eventq.core.produce.pacing import Paced
    from eventq.core.produce.planned_load import planned_load
    from eventq.views.produce import planned_load as view

    paced = plan.schedule
    if not isinstance(paced, Paced):
        raise UsageError(
            "--plan without --rate or --stage: as fast as it can has no plan", hint="give one of them"
        )
    if options.to is not None:
        from eventq.commands.whole_file import write_file
        from eventq.views.produce.plot import picture

        write_file(options.to, picture(planned_load(plan, paced, _POINTS), options.kind))
    width = terminal_width()
    if output == "json":
        write_json(view.document(planned_load(plan, paced, _POINTS)))
    elif width is None:
        write(view.lines(planned_load(plan, paced, 1)))
    else:
        columns = view.chart_columns(width, float(paced.shape.peak))
        write(view.chart(planned_load(plan, paced, columns), width))
    if options.to is not None and output != "json":
        write(f"{safe_text.line(str(options.to))}\n")
