"""A group's parent whose members and whose cluster a test plays."""

from collections.abc import Callable, Iterator
from typing import Any

from eventq.core.consume.plan import GroupPlan
from eventq.core.consume.report import GroupNow, Offsets, Tally
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.loops.consume.messages import Assigned, Committed, Committing, MemberProgress
from eventq.loops.consume.parent import ConsumeParent
from eventq.loops.processes.child import Child
from tests.loops.fake_children import FakeChild, FakeClock, Script


class FakeAdmin:
    """`away`: nobody answers."""

    def __init__(self) -> None:
        self.id: str | None = "id-1"
        self.commits: Offsets = {}
        self.away = False
        self.removable = True
        self.removed: list[tuple[str | None, str]] = []
        self.swept: list[str] = []

    def topic_id(self) -> str | None:
        self._answer()
        return self.id

    def committed(self) -> Offsets:
        self._answer()
        return dict(self.commits)

    def remove(self, member_id: str | None, client_id: str) -> bool:
        self.removed.append((member_id, client_id))
        return self.removable

    def remove_stale_members(self, prefix: str) -> None:
        self.swept.append(prefix)

    def _answer(self) -> None:
        if self.away:
            raise EventqError("nobody answers")


class FakeDisplay:
    """`reads`: somebody reads the events."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.written: list[bytes] = []
        self.now: GroupNow | None = None
        self.reads = True

    def show(self, now: GroupNow) -> None:
        self.now = now

    def note(self, text: str) -> None:
        self.notes.append(text)

    def write(self, block: bytes) -> bool:
        self.written.append(block)
        return self.reads


class FakeDepth:
    def __init__(self) -> None:
        self.depth: int | None = None

    def latest(self) -> int | None:
        return self.depth


class ParentHarness:
    """`members` are all that were started, in that order; each start takes `start_seconds`."""

    def __init__(
        self, count: int = 2, *, restart: bool = True, start_seconds: float = 0.0, **goal: Any
    ) -> None:
        self.clock = FakeClock()
        self.start_seconds = start_seconds
        self.refusal: EventqError | None = None
        self.depth = FakeDepth()
        self.script = Script(self.clock)
        self.admin, self.display = FakeAdmin(), FakeDisplay()
        self.members: list[FakeChild] = []
        self.started: list[tuple[int, str]] = []
        plan = GroupPlan(topic="orders", group="g", client="any", count=count, restart=restart, **goal)
        self.parent = ConsumeParent(
            plan, self.admin, self._launch, self.clock, self.display, self.depth, self.script.wait
        )

    def _launch(self, number: int, client_id: str) -> Child:
        if self.refusal is not None:
            raise self.refusal
        self.clock.seconds += self.start_seconds
        self.started.append((number, client_id))
        self.members.append(FakeChild(len(self.members) + 100))
        return self.members[-1].child

    def run(self, steps: Callable[[], Iterator[None]]) -> Outcome:
        self.script.play(steps())
        return self.parent.run()

    def end_all(self) -> None:
        """Those that live leave in order."""
        for member in self.members:
            if member.process.exitcode is None:
                member.end()


def assigned(*partitions: int, member_id: str = "m", generation: int = 1) -> Any:
    return Assigned(partitions, member_id, generation)


def progress(processed: int, positions: Offsets | None = None) -> Any:
    return MemberProgress(
        Tally(received=processed, processed=processed), positions or {}, {}, None, "consuming"
    )


def commit(offsets: Offsets, covered: int) -> list[Any]:
    """What a member says around a commit that is made."""
    return [Committing(offsets, covered), Committed(None)]
