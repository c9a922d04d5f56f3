"""`eventq lag export`: lag for Prometheus, under the names that kafka_exporter's dashboards ask for."""

from typing import TYPE_CHECKING, Annotated

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
from eventq.commands.options import Shared, kafka_command, output_format
from eventq.commands.output import note, say
from eventq.commands.signals import stop_at_once
from eventq.core.lag.select import Selection, pattern
from eventq.core.lag.snapshot import Assume
from eventq.loops.clock import SystemClock

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from eventq.core.lag.export import Sampling
    from eventq.core.lag.sample import Sample


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
    assume: AssumeOption = Assume.EARLIEST,
    isolation: IsolationOption = None,
    interval: Annotated[str, typer.Option("--interval", help="Time between two samples.")] = "10s",
    window: Annotated[str, typer.Option("--window", help="Time span for rates, ETA and verdict.")] = "2m",
) -> None:
    """Serve lag to Prometheus until stopped. Kafka is sampled on a schedule, never by a scrape."""
    output_format(shared, ("text",))
    require("prometheus_client", "export")
    selection = Selection(pattern(groups, "--groups"), pattern(topics, "--topics"))
    pace, question = pace_of(interval, window), question_of(shared, (), None, assume, isolation, patient=True)
    from eventq.loops.lag.export import Selected
    from eventq.loops.lag.export import export as run
    from eventq.loops.lag.metrics_server import serving

    published = _Published()
    with (
        stop_at_once(),
        serving(listen, port, published.families) as at,
        lag_reader(shared) as reader,
        time_lags_of(shared, question, FETCHES) as time_lags,
    ):
        note(shared, f"serving http://{f'[{listen}]' if ':' in listen else listen}:{at}/metrics")
        run(Selected(reader, selection), question, SystemClock(), pace, time_lags, published.take)


class _Published:
    """The last sample's metrics, handed over in one assignment; before the first there is only eventq_up."""

    def __init__(self) -> None:
        from eventq.core.lag.export import Sampling
        from eventq.core.lag.sample import Sample
        from eventq.core.lag.snapshot import Snapshot

        self._now: list[Metric] = []
        self._error: str | None = None
        self._publish(Sample(Snapshot(0.0, ()), error="not sampled yet"), Sampling())

    def families(self) -> "list[Metric]":
        return self._now

    def take(self, sample: "Sample", sampling: "Sampling") -> None:
        self._publish(sample, sampling)
        if (sample.error is None) != (self._error is None):
            say("Kafka can be read again" if sample.error is None else f"{sample.error}; keeps trying")
        self._error = sample.error

    def _publish(self, sample: "Sample", sampling: "Sampling") -> None:
        from eventq.views.lag.prometheus import families

        self._now = families(sample, sampling)


def register(group: typer.Typer) -> None:
    group.command("export")(kafka_command(export))
