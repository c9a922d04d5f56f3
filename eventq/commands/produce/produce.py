"""`eventq produce`: Purchase events at a rate."""

import typer

from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.produce.bound_options import BoundOptions
from eventq.commands.produce.fault_options import FaultOptions
from eventq.commands.produce.options import ProduceOptions
from eventq.commands.produce.preview import PreviewOptions, show
from eventq.commands.produce.shard_options import ShardOptions
from eventq.commands.produce.transaction_options import TransactionOptions
from eventq.core.parse import duration_if_given


@kafka_command
def produce(
    shared: Shared,
    options: ProduceOptions,
    preview: PreviewOptions,
    sharding: ShardOptions,
    faults: FaultOptions,
    transactions: TransactionOptions,
    bound: BoundOptions,
) -> None:
    """Send Purchase events, paced or as fast as possible."""
    from eventq.commands.produce.plan import produce_plan, topic_rules
    from eventq.commands.produce.run import run_and_report

    output, max_slip = output_format(shared, ("text", "json")), duration_if_given(options.max_slip)
    preview.check()
    plan = produce_plan(shared, options, sharding, transactions, faults, bound)
    if preview.plan:
        show(plan, output, preview)
        return
    run_and_report(shared, plan, topic_rules(shared, options), output, max_slip)


def register(app: typer.Typer) -> None:
    app.command()(produce)
