"""`eventq lag export`: lag for Prometheus, under the names that kafka_exporter's dashboards ask for."""

from typing import Annotated

import typer

from eventq.commands.extras import require
from eventq.commands.lag.options import (
    AssumeOption,
    IsolationOption,
    lag_reader,
    question_of,
    time_lags_of,
)
from eventq.commands.lag.pace import FETCHES, pace_of
from eventq.commands.lag.push import push_of
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import note
from eventq.commands.signals import stop_at_once
from eventq.core.lag.labels import parse_labels
from eventq.core.lag.select import Selection, pattern
from eventq.core.lag.snapshot import Assume
from eventq.loops.clock import SystemClock


def export(
    shared: Shared,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port to listen on; 0 picks a free one.")
    ] = 9308,
    listen: Annotated[str, typer.Option("--listen", help="The address to listen on.")] = "127.0.0.1",
    groups: Annotated[
        str | None, typer.Option("--groups", metavar="REGEX", help="Only these groups.")
    ] = None,
    topics: Annotated[
        str | None, typer.Option("--topics", metavar="REGEX", help="Only these topics.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="NAME=VALUE", help="Add this label to every series; repeatable."),
    ] = None,
    otlp: Annotated[
        str | None,
        typer.Option(
            "--otlp", metavar="URL", help="Also push each sample by OTLP (OTEL_EXPORTER_OTLP_ENDPOINT)."
        ),
    ] = None,
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    interval: Annotated[str, typer.Option("--interval", help="Time between two samples.")] = "10s",
    window: Annotated[str, typer.Option("--window", help="Time span for rates, ETA and verdict.")] = "2m",
) -> None:
    """Serve lag to Prometheus until stopped. Kafka is sampled on a schedule, never by a scrape."""
    output_format(shared, ("text",))
    require("prometheus_client", "export")
    selection = Selection(pattern(groups, "--groups"), pattern(topics, "--topics"))
    labels, push_to = parse_labels(label or ()), push_of(shared, otlp)
    pace, question = pace_of(interval, window), question_of(shared, (), None, assume, isolation, patient=True)
    from eventq.commands.lag.published import Published
    from eventq.loops.lag.export import Selected
    from eventq.loops.lag.export import export as run
    from eventq.loops.lag.metrics_server import serving

    with stop_at_once(), push_to as push:
        published = Published(labels, pace.interval, push)
        with (
            serving(listen, port, published.families, published.missing) as at,
            lag_reader(shared) as reader,
            time_lags_of(shared, question, FETCHES) as time_lags,
        ):
            note(shared, f"serving http://{f'[{listen}]' if ':' in listen else listen}:{at}/metrics")
            run(Selected(reader, selection), question, SystemClock(), pace, time_lags, published.take)


def register(group: typer.Typer) -> None:
    group.command("export")(kafka_command(export))
