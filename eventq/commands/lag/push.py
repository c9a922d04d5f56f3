"""The exporter's push by OTLP, where it is asked for."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from eventq.commands.extras import require
from eventq.commands.options import Shared
from eventq.commands.output import note, say
from eventq.core.lag.otlp import OtlpTarget, otlp_target

if TYPE_CHECKING:
    from prometheus_client.core import Metric

    from eventq.commands.lag.published import Push


def push_of(shared: Shared, url: str | None) -> "AbstractContextManager[Push | None]":
    """What takes each sample's metrics, None where nobody asks for a push."""
    target = otlp_target(url, os.environ)
    if target is None:
        return nullcontext()
    require("opentelemetry.exporter.otlp.proto.http", "otlp")
    return _pushing(shared, target)


@contextmanager
def _pushing(shared: Shared, target: OtlpTarget) -> "Iterator[Push]":
    from eventq.loops.lag.otlp import collector, resource
    from eventq.loops.lag.push import pushing
    from eventq.views.lag.otlp import metrics_data

    origin, began = resource(), time.time()

    def tell(reason: str | None) -> None:
        if reason is None:
            say(f"the collector at {target.shown} takes metrics again")
        else:
            say(f"the collector at {target.shown} did not take the metrics: {reason}; keeps trying")

    with collector(target.url) as to:

        def send(published: "tuple[list[Metric], float]") -> str | None:
            metrics, at = published
            return to.send(metrics_data(metrics, origin, began, at))

        with pushing(send, tell) as push:
            note(shared, f"pushes each sample to {target.shown}")
            yield push
