"""Credits: the lag never passes its bound, whatever happens in which order."""

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.lag.snapshot import PartitionLag, Status
from eventq.core.produce.credits import shared_out
from eventq.core.produce.deal import HandedOver, SettledEvents
from eventq.core.produce.queue_bound import OnFull, QueueBound
from eventq.core.produce.queue_sample import QueueSample
from eventq.core.produce.worker_credits import WorkerCredits

PARTITIONS = 3
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["hand", "append", "ack", "consume", "commit", "read", "sample"]),
        st.integers(0, PARTITIONS - 1),
        st.integers(0, 3),
        st.integers(1, 9),
    ),
    max_size=300,
)


class World:
    """Events from workers over the wire into a log, from there to a group, with samples that take time."""

    def __init__(self, bound: int, part_bound: int, workers: int) -> None:
        self.bound, self.part_bound = bound, part_bound
        of = QueueBound("g", bound, OnFull.BLOCK, 0, max_partition_lag=part_bound, partitions=PARTITIONS)
        self.credits = WorkerCredits(of, workers)
        self.handed = [dict.fromkeys(range(PARTITIONS), 0) for _ in range(workers)]
        self.told = [dict.fromkeys(range(PARTITIONS), 0) for _ in range(workers)]
        self.end, self.acked, self.consumed, self.committed = ([0] * PARTITIONS for _ in range(4))
        self.read: tuple[SettledEvents, list[int]] | None = None
        self.largest = 0

    def sent(self, part: int) -> int:
        return sum(worker[part] for worker in self.handed)

    def hand(self, part: int, worker: int, count: int) -> None:
        worker %= len(self.handed)
        mine = self.handed[worker]
        room = self.credits.limits[worker] - sum(mine.values())
        room = min(room, self.credits.partition_limits[worker].get(part, 0) - mine[part])
        mine[part] += max(0, min(count, room))

    def append(self, part: int, _worker: int, count: int) -> None:
        self.end[part] = min(self.sent(part), self.end[part] + count)

    def ack(self, part: int, worker: int, count: int) -> None:
        self.acked[part] = min(self.end[part], self.acked[part] + count)
        self.told[worker % len(self.told)] = dict(self.handed[worker % len(self.told)])

    def consume(self, part: int, _worker: int, count: int) -> None:
        self.consumed[part] = min(self.end[part], self.consumed[part] + count)

    def commit(self, part: int, _worker: int, _count: int) -> None:
        self.committed[part] = self.consumed[part]

    def start_reading(self, *_: int) -> None:
        settled = SettledEvents(sum(self.acked), dict(enumerate(self.acked)))
        self.read = (settled, list(self.committed))

    def sample(self, *_: int) -> None:
        """The ends are read long after the commits."""
        if self.read is None:
            return
        settled, committed = self.read
        parts = tuple(
            PartitionLag("t", p, Status.OK, 0, committed[p], self.end[p], lag=self.end[p] - committed[p])
            for p in range(PARTITIONS)
        )
        self.credits.see(QueueSample(0.0, settled, parts))
        told = [HandedOver(sum(worker.values()), worker, ended=False) for worker in self.told]
        self.credits.deal(told)

    def run(self, steps: list[tuple[str, int, int, int]]) -> None:
        for name, part, worker, count in steps:
            getattr(self, "start_reading" if name == "read" else name)(part, worker, count)
            lags = [end - committed for end, committed in zip(self.end, self.committed, strict=True)]
            assert sum(lags) <= self.bound
            assert max(lags) <= self.part_bound
            self.largest = max(self.largest, sum(lags))


@given(STEPS, st.integers(1, 40), st.integers(1, 20), st.integers(1, 4))
def test_no_interleaving_passes_the_bound_of_the_queue_or_of_a_partition(
    steps: list[tuple[str, int, int, int]], bound: int, part_bound: int, workers: int
) -> None:
    World(bound, part_bound, workers).run(steps)


def test_without_commits_the_queue_fills_up_to_its_bound_and_no_further() -> None:
    world = World(bound=20, part_bound=20, workers=1)
    fill = [("read", 0, 0, 1), ("sample", 0, 0, 1), ("hand", 1, 0, 9), ("append", 1, 0, 9), ("ack", 1, 0, 9)]
    world.run(fill * 5)
    assert world.largest == 20


@given(
    st.integers(0, 100),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=5),
)
def test_no_limit_falls_and_no_more_is_dealt_than_there_is(
    total: int, workers: list[tuple[int, int]]
) -> None:
    dealt = [used + open_ for used, open_ in workers]
    found = shared_out(total, dealt, [used for used, _ in workers])
    assert all(new >= old for new, old in zip(found, dealt, strict=True))
    assert sum(found) <= max(total, sum(dealt))


def test_one_credit_goes_to_the_worker_whose_event_is_due_first() -> None:
    assert shared_out(1, [0, 0, 0], [0, 0, 0]) == [1, 0, 0]
    assert shared_out(2, [1, 0, 0], [1, 0, 0]) == [1, 1, 0]


def test_what_a_worker_that_has_ended_did_not_use_is_for_the_others() -> None:
    bound = QueueBound("g", 10, OnFull.BLOCK, 0)
    found = WorkerCredits(bound, 2)
    part = PartitionLag("t", 0, Status.OK, 0, 0, 0, lag=0)
    found.see(QueueSample(0.0, SettledEvents(0, {}), (part,)))
    found.deal([HandedOver(0, {}, ended=False)] * 2)
    assert found.limits[0] > 0
    ended = [HandedOver(0, {}, ended=True), HandedOver(found.limits[1], {}, ended=False)]
    for _ in range(10):
        found.take_back(ended)
        found.deal(ended)
        ended[1] = HandedOver(found.limits[1], {}, ended=False)
    assert found.limits == [0, 10]
