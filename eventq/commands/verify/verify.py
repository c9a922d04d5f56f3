"""`eventq verify`: a promise of delivery, put to the test on this cluster."""

import typer

from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.verify.options import VerifyOptions


@kafka_command
def verify(shared: Shared, options: VerifyOptions) -> int:
    """Send events, break members of a group that processes them, and judge what was delivered.

    It makes a topic and groups of its own, and removes them. Exit 0: the promise holds; 5: it is broken;
    124: not everything was processed in time.
    """
    options.check()
    if options.clean:
        from eventq.commands.verify.clean import clean

        return clean(shared, output_format(shared, ("text", "json")), yes=options.yes)
    if options.matrix:
        from eventq.commands.verify.matrix import run_matrix

        return run_matrix(shared, options, output_format(shared, ("text", "json", "markdown")))
    from eventq.commands.verify.single import run_verify

    return run_verify(shared, options, output_format(shared, ("text", "json")))


def register(app: typer.Typer) -> None:
    app.command("verify")(verify)
