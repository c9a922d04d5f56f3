"""`eventq produce`: Purchase events at a rate."""

import typer

from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.produce.fault_options import FaultOptions
from eventq.commands.produce.options import ProduceOptions
from eventq.commands.produce.transaction_options import TransactionOptions
from eventq.core.parse import duration_if_given


@kafka_command
def produce(
    shared: Shared, options: ProduceOptions, faults: FaultOptions, transactions: TransactionOptions
) -> None:
    """Send Purchase events, paced or as fast as possible."""
    from eventq.commands.produce.plan import produce_plan, topic_rules
    from eventq.commands.produce.run import run_and_report

    output, max_slip = output_format(shared, ("text", "json")), duration_if_given(options.max_slip)
    plan = produce_plan(shared, options, transactions, faults)
    rules = topic_rules(shared, options)
    run_and_report(shared, plan, rules, output, max_slip)


def register(app: typer.Typer) -> None:
    app.command()(produce)
