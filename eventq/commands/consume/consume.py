"""`eventq consume`: a group of member processes reads a topic."""

import typer

from eventq.commands.consume.options import ConsumeOptions
from eventq.commands.options import Shared, kafka_command, output_format


@kafka_command
def consume(shared: Shared, options: ConsumeOptions) -> None:
    """Consume a topic with a group of member processes."""
    from eventq.commands.consume.plan import consume_plans
    from eventq.commands.consume.run import run_and_report

    output = output_format(shared, ("text", "json"))
    plan, member = consume_plans(shared, options)
    run_and_report(shared, plan, member, output, until_end=options.until_end)


def register(app: typer.Typer) -> None:
    app.command()(consume)
