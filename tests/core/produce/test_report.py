from hypothesis import given
from hypothesis import strategies as st

from eventq.core.produce.report import Deliveries, Offered

EVENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1000), st.floats(0, 100)), max_size=60)


def counted(events: list[tuple[int, int, float]]) -> Deliveries:
    deliveries = Deliveries()
    for partition, offset, _ in events:
        deliveries.acknowledge(partition, offset, offset)
    for _, offset, latency in sorted(events, key=lambda event: event[1]):
        deliveries.time(latency, 10.0 + offset)
    return deliveries


@given(EVENTS, EVENTS)
def test_the_tallies_of_workers_add_up_to_that_of_one(
    one: list[tuple[int, int, float]], other: list[tuple[int, int, float]]
) -> None:
    total = counted(one)
    total.merge(counted(other))
    whole = counted(one + other)
    assert (total.acked, total.last_at, total.partitions) == (whole.acked, whole.last_at, whole.partitions)
    assert total.ack_ms.quantile(0.99) == whole.ack_ms.quantile(0.99)


def test_a_run_lasts_from_the_first_worker_to_the_last() -> None:
    total = Offered()
    total.merge(Offered(2, 10, 0, 5.0, 7.0))
    total.merge(Offered(3, 10, 1, 4.0, 6.0))
    total.merge(Offered())
    assert (total.count, total.bytes, total.dropped, total.first_at, total.last_at) == (5, 20, 1, 4.0, 7.0)
