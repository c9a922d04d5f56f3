"""Wires up what holds a produce run to the bound of its queue."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from eventq.commands.options import Shared
from eventq.commands.output import note
from eventq.core.kafka import Isolation
from eventq.core.produce.deal import SettledEvents
from eventq.core.produce.plan import ProducePlan
from eventq.core.produce.queue_bound import QueueBound
from eventq.loops.clock import SystemClock
from eventq.loops.lag.time_lag import TimeLags
from eventq.loops.produce.queue_control import QueueControl
from eventq.loops.produce.queue_sampler import QueueSampler, QueueSource


@contextmanager
def held_to(
    shared: Shared, plan: ProducePlan, bound: QueueBound, settled: Callable[[], SettledEvents]
) -> Iterator[QueueControl]:
    """Has a first sample, or knows why there is none. `settled`: how many events' fate the run knows."""
    clock = SystemClock()
    sampler = QueueSampler(lambda: _source(plan, bound), settled, clock)
    with sampler:
        sampler.wait_first(plan.send.connection.connect_timeout)
        yield QueueControl(bound, plan.workers, sampler, clock, lambda text: note(shared, text))


@contextmanager
def _source(plan: ProducePlan, bound: QueueBound) -> Iterator[QueueSource]:
    from eventq.broker.lag.kafka_python import KafkaPythonLagReader

    connection, topic, clock = plan.send.connection, plan.send.topic, SystemClock()
    with KafkaPythonLagReader(connection) as reader:
        if bound.max_time_lag is None:
            yield QueueSource(reader, bound, topic, clock)
            return
        from eventq.broker.lag.first_record import FirstRecords

        with closing(FirstRecords(connection, Isolation.READ_UNCOMMITTED)) as records:
            yield QueueSource(reader, bound, topic, clock, TimeLags(records))
