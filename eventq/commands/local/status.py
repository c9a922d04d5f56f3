"""`eventq local status`: whether it runs."""

from typing import Annotated

import typer

from eventq.commands.local.options import AnyName, Place, shown, store_of
from eventq.commands.options import kafka_command
from eventq.commands.output import write, write_json
from eventq.core.errors import ExitCode, UsageError

_NOT_RUNNING = ExitCode.THRESHOLD
"""3, as of `pg_ctl status` and `systemctl status`."""


@kafka_command
def status(
    place: Place,
    name: AnyName = None,
    output: Annotated[str | None, typer.Option("-o", "--output", help="text or json.")] = None,
) -> int:
    """Show whether it runs: exit 0 if it does, 3 if not, 4 if there is none of that name."""
    if output not in {None, "text", "json"}:
        raise UsageError(f"no such format: -o {output}", hint="one of text, json")
    from eventq.broker.local import probe
    from eventq.loops.local.ways import status as look
    from eventq.views.local import status as view

    store = store_of(place)
    found = [look(store, cluster, probe) for cluster in shown(store, name)]
    if output == "json":
        write_json(view.document(found))
    else:
        write(view.text(found))
    if not found:
        return ExitCode.NOT_FOUND
    return ExitCode.DONE if view.all_run(found) else _NOT_RUNNING


def register(group: typer.Typer) -> None:
    group.command("status")(status)
