"""What the parent of a group knows: its members, the quota, the commits; and what can be shown of it."""

from collections.abc import Callable, Iterable

from eventq.core.clock import Clock
from eventq.core.consume.goals import RunState, judge, passed
from eventq.core.consume.plan import GroupPlan
from eventq.core.consume.quota import Quota
from eventq.core.consume.report import (
    ConsumeReport,
    GroupNow,
    Injected,
    MalformedRecord,
    Offsets,
    Reset,
    Tally,
)
from eventq.core.outcome import Outcome
from eventq.loops.consume.member_slot import MemberSlot
from eventq.loops.consume.messages import MemberProgress, Resume, ToMember


class GroupState:
    """`committed`: the next offset to read of each partition, as far as it was heard of.

    `generations` are those of the group that members have told of: one a rebalance. `samples` are the first
    malformed records, `injected` the faults on purpose. `stored` asks for the positions that a sink keeps.
    `progress` grows whenever a member has come further than any was before. Times are in seconds by the
    monotonic clock, from the making of this object.
    """

    def __init__(self, plan: GroupPlan, clock: Clock, stored: Callable[[], Offsets] = dict) -> None:
        self.plan = plan
        self._stored = stored
        self.quota = Quota(plan.max_messages)
        self.slots = [MemberSlot(number + 1) for number in range(plan.count)]
        self.committed: Offsets = {}
        self.generations: set[int] = set()
        self.samples: list[MalformedRecord] = []
        self.injected: list[Injected] = []
        self.progress = 0
        self._furthest: Offsets = {}
        self._clock = clock
        self._started = self._arrived_at = clock.monotonic()
        self._received = 0

    @property
    def at_the_end(self) -> bool:
        """Every pinned end has been read, and not all of it is committed yet."""
        pins = self.plan.pins
        if pins is None or passed(pins, self.committed):
            return False
        read = dict(self.committed)
        for slot in self.slots:
            for partition, offset in slot.positions.items():
                read[partition] = max(offset, read.get(partition, 0))
        return passed(pins, read)

    def commit(self, offsets: Offsets) -> None:
        """Commits never go back: answers of the broker and of members arrive in any order."""
        for partition, offset in offsets.items():
            self.committed[partition] = max(offset, self.committed.get(partition, 0))

    def heard(self, slot: MemberSlot, message: MemberProgress) -> None:
        slot.heard(message, self._clock.monotonic())
        for partition, offset in message.positions.items():
            if offset > self._furthest.get(partition, -1):
                self._furthest[partition] = offset
                self.progress += 1

    def was_reset(self, slot: MemberSlot, reset: Reset) -> None:
        """What was read before lies outside the log: it begins anew."""
        slot.resets.append(reset)
        self._furthest.pop(reset.partition, None)

    def inject(self, what: str, number: int) -> None:
        """It was done to that member, or by it."""
        seconds = self._clock.monotonic() - self._started
        self.injected.append(Injected(what, number, seconds, self.processed))

    @property
    def processed(self) -> int:
        """Records, by all members."""
        return sum(slot.processed for slot in self.slots)

    def confirm(self, slot: MemberSlot) -> None:
        """The commit that the member announced last has been made."""
        if slot.pending is not None:
            self.quota.commit(slot.number, slot.pending.covered)
            self.commit(slot.pending.offsets)

    def count_stored(self, slot: MemberSlot, partitions: Iterable[int]) -> int:
        """How many of the member's records have effects that last, though the group has not committed them.

        Only of a sink that keeps positions: these are asked for. They count as committed from now on.
        """
        positions = self._stored()
        found = {p: positions[p] for p in partitions if p in positions}
        ahead = sum(max(0, at - self.committed.get(p, at)) for p, at in found.items())
        count = min(ahead, self.quota.outstanding(slot.number))
        self.quota.commit(slot.number, count)
        self.commit(found)
        return count

    def resume_waiting(self) -> None:
        """There may be quota again for those that got too little of it."""
        for slot in self.slots:
            if slot.starved and self.quota.left > 0:
                slot.starved = False
                slot.send(Resume())

    def tell(self, message: ToMember) -> None:
        """To all members that live."""
        for slot in self.slots:
            slot.send(message)

    def outcome(self) -> Outcome | None:
        """Of a run that is over by its goal or a limit of time, else None."""
        now = self._clock.monotonic()
        received = sum(slot.received for slot in self.slots)
        if received != self._received:
            self._received, self._arrived_at = received, now
        state = RunState(
            now - self._started, now - self._arrived_at, self.quota.reached, dict(self.committed)
        )
        return judge(self.plan, state)

    def now(self, lag: int | None) -> GroupNow:
        """`lag` is the group's, in records. Rates are events per second, None while not known."""
        members = tuple(slot.now() for slot in self.slots)
        rates = [member.rate for member in members if member.rate is not None]
        return GroupNow(
            topic=self.plan.topic,
            group=self.plan.group,
            seconds=self._clock.monotonic() - self._started,
            members=members,
            received=sum(member.received for member in members),
            processed=self.processed,
            malformed=sum(slot.malformed for slot in self.slots),
            rate=sum(rates) if rates else None,
            rebalances=len(self.generations),
            lag=lag,
            goal=self._goal(),
        )

    def _goal(self) -> str:
        if self.plan.max_messages is not None:
            return f"{self.quota.committed:,} of {self.plan.max_messages:,} committed"
        return "until the end" if self.plan.pins is not None else ""

    def report(self, committed: Offsets) -> ConsumeReport:
        """`committed` as the broker has it in the end."""
        members = tuple(slot.report() for slot in self.slots)
        total = Tally()
        for member in members:
            total.add(member.tally)
        return ConsumeReport(
            topic=self.plan.topic,
            group=self.plan.group,
            client=self.plan.client,
            seconds=self._clock.monotonic() - self._started,
            tally=total,
            skipped_at_start=sum(member.skipped_at_start for member in members),
            resets=tuple(reset for member in members for reset in member.resets),
            rebalances=len(self.generations),
            members=members,
            committed=committed,
            malformed=tuple(self.samples),
            injected=tuple(self.injected),
        )
