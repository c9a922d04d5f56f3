"""A member without a broker, a parent or a clock that moves by itself."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, TypeVar, cast

from eventq.core.consume.beginning import PartitionOffsets
from eventq.core.consume.member_handler import MemberHandler
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.purchase_batch import json_faults
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.consume.report import Offsets
from eventq.core.consume.work import Work
from eventq.core.settings.settings import Connection as Settings
from eventq.core.start import Start, StartKind
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.member import Member
from eventq.loops.consume.messages import EventLines, Grant, Want, Written
from eventq.loops.consume.simulated_work import SimulatedWork
from eventq.loops.consume.sink import Sink
from eventq.loops.processes.entry import run_and_tell
from eventq.loops.processes.messages import Stop
from eventq.loops.processes.parent_pipe import ParentPipe

_Message = TypeVar("_Message")
_POLL_SECONDS = 0.01
PLAN = MemberPlan(
    connection=Settings("nowhere:9092"),
    client="fake",
    topic="t",
    group="g",
    client_id="c",
    start=Start(StartKind.BEGINNING),
    read_committed=False,
    session_timeout=10.0,
    heartbeat_interval=1.0,
    work=Work(),
    commit_interval=3600.0,
    value_format="json",
    events=False,
    limited=False,
)


class FakeClock:
    """Time passes in sleeps alone."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds + 1_700_000_000

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class FakePipe:
    """The member's end of its pipe; `grants` are the answers to Want, in their order, then all is granted.

    `read` says whether somebody reads what is printed. What is due `later` comes when the clock is there.
    """

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._inbox: deque[object] = deque()
        self.later: list[tuple[float, object]] = []
        self.sent: list[object] = []
        self.grants: deque[int] = deque()
        self.read = True
        self.closed = False

    def tell(self, message: object) -> None:
        self._inbox.append(message)

    def send(self, message: object) -> None:
        if self.closed:
            raise BrokenPipeError
        self.sent.append(message)
        if isinstance(message, Want):
            self.tell(Grant(self.grants.popleft() if self.grants else message.count))
        elif isinstance(message, EventLines):
            self.tell(Written(self.read))

    def poll(self, seconds: float) -> bool:
        until = self._clock.seconds + seconds
        due = min((at for at, _ in self.later), default=until + 1)
        if not self._inbox and not self.closed:
            self._clock.seconds = max(self._clock.seconds, min(due, until))
        self._inbox += [message for at, message in self.later if at <= self._clock.seconds]
        self.later = [(at, message) for at, message in self.later if at > self._clock.seconds]
        return bool(self._inbox) or self.closed

    def recv(self) -> object:
        if not self._inbox:
            raise EOFError
        return self._inbox.popleft()

    def of(self, kind: type[_Message]) -> list[_Message]:
        return [message for message in self.sent if isinstance(message, kind)]


class FakeConsumer:
    """A group's client over a log in memory; `steps` happen one a poll, before its records are taken.

    `ends` may lie beyond the last record of a partition: control records follow it. `refusals` are the
    reasons of the next commits that fail, `group` is what the group has committed, `unknown` how often a
    look-up finds nothing out.
    """

    def __init__(self, clock: FakeClock, log: Mapping[int, Sequence[bytes]]) -> None:
        self._clock = clock
        self._log = log
        self.ends_of = {partition: len(values) for partition, values in log.items()}
        self.log_starts = dict.fromkeys(log, 0)
        self.group: Offsets = {}
        self.commits: list[Offsets] = []
        self.refusals: deque[str] = deque()
        self.unknown = 0
        self.steps: deque[Callable[[], object]] = deque()
        self.idle: Callable[[], object] = lambda: None
        self.owned: set[int] = set()
        self.at: Offsets = {}
        self.lost_positions: Offsets = {}
        self.begun: list[Offsets] = []
        self.paused = self.closed = False
        self._generation = 0

    def join(self, handler: MemberHandler) -> None:
        self._handler = handler

    def poll(self, _seconds: float, most: int) -> list[RecordSlice]:
        self._clock.seconds += _POLL_SECONDS
        step = self.steps.popleft() if self.steps else None
        if step is not None:
            step()
        slices = [] if self.paused else self._take(most)
        if not slices and step is None:
            self.idle()
        return slices

    def _take(self, most: int) -> list[RecordSlice]:
        slices = []
        for partition in sorted(self.at.keys() - self.lost_positions.keys()):
            first = self.at[partition]
            values = list(self._log[partition][first : first + most])
            most -= len(values)
            if values:
                slices.append(records(partition, first, values))
            read = first + len(values)
            self.at[partition] = read if read < len(self._log[partition]) else self.ends_of[partition]
        return slices

    def outside(self) -> Offsets:
        return dict(self.lost_positions)

    def look_up(self, partitions: Sequence[int]) -> dict[int, PartitionOffsets]:
        if self.unknown:
            self.unknown -= 1
            return {}
        return {
            p: PartitionOffsets(self.log_starts[p], self.ends_of[p], self.group.get(p)) for p in partitions
        }

    def begin(self, offsets: Offsets) -> None:
        self.begun.append(offsets)
        self.at.update(offsets)
        for partition in offsets:
            self.lost_positions.pop(partition, None)

    def give_back(self, partition: int, offset: int) -> None:
        self.at[partition] = offset

    def positions(self) -> Offsets:
        return dict(self.at)

    def ends(self) -> Offsets:
        return {partition: self.ends_of[partition] for partition in self.at}

    def commit(self, offsets: Offsets) -> str | None:
        if self.refusals:
            return self.refusals.popleft()
        self.commits.append(offsets)
        self.group.update(offsets)
        return None

    def pause(self) -> None:
        self.paused = True

    def group_metadata(self) -> object:
        return None

    def resume(self) -> None:
        self.paused = False

    def close(self) -> None:
        self.revoke(*self.owned)
        self.closed = True

    # what the group does to the member

    def assign(self, *partitions: int) -> None:
        self._generation += 1
        self.owned |= set(partitions)
        self._handler.assigned(tuple(sorted(self.owned)), "m", self._generation)

    def revoke(self, *partitions: int) -> None:
        offsets = self._handler.revoking({p: self.at[p] for p in partitions if p in self.at})
        self._give_up(partitions, self.commit(offsets) if offsets else None)

    def lose(self, *partitions: int) -> None:
        self._give_up(partitions, None)

    def _give_up(self, partitions: Sequence[int], reason: str | None) -> None:
        for partition in partitions:
            self.at.pop(partition, None)
        self.owned -= set(partitions)
        self._handler.revoked(tuple(sorted(partitions)), reason)


class Killed(BaseException):
    """In place of the end of a process."""


class MemberRun:
    """One member from its start to its end; it is told to stop once no step is left and no record comes."""

    def __init__(self, log: Mapping[int, Sequence[bytes]], sink: Sink | None = None, **plan: Any) -> None:
        self.clock = FakeClock()
        self.pipe = FakePipe(self.clock)
        self.consumer = FakeConsumer(self.clock, log)
        self.consumer.idle = lambda: self.pipe.tell(Stop())
        self._sink = sink
        self._plan = replace(PLAN, **plan)

    def run(self, *steps: Callable[[], object]) -> None:
        """Every partition is assigned in the first poll, unless `steps` say otherwise."""
        everything = self.consumer.ends_of
        self.consumer.steps.extend(steps or [lambda: self.consumer.assign(*everything)])
        parent = ParentPipe(cast("Connection", self.pipe), self.clock)

        def work() -> None:
            sink = self._sink or self.sink(parent, self._plan, self.clock)
            crash = CrashPoints(self._plan.faults, self._plan.number, self._plan.restarts, self.killed)
            Member(self.consumer, sink, parent, self._plan, json_faults, self.clock, crash).run()

        run_and_tell(parent, "member", work)

    def killed(self) -> None:
        raise Killed

    def sink(self, parent: ParentPipe, plan: MemberPlan, clock: FakeClock) -> Sink:
        return SimulatedWork(self.consumer, parent, plan, clock)


def records(partition: int, first: int, values: Sequence[bytes]) -> RecordSlice:
    stamps = [1_700_000_000_000] * len(values)
    return RecordSlice(partition, values, stamps, lambda i: first + i, lambda _i: (None, ()))


def events(count: int) -> list[bytes]:
    return [b"%d" % n for n in range(count)]
