"""What members tell their parent, and what it does about each word; see messages.py."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from eventq.core.consume.report import MOST_MALFORMED_NAMED
from eventq.core.errors import EventqError
from eventq.core.outcome import Outcome
from eventq.core.text import plural
from eventq.loops.consume import messages
from eventq.loops.consume.ending import Ending
from eventq.loops.consume.group_state import GroupState
from eventq.loops.consume.interfaces import ConsumeDisplay
from eventq.loops.consume.member_slot import MemberSlot
from eventq.loops.processes.messages import Failed


class MessageHandler:
    def __init__(self, state: GroupState, ending: Ending, display: ConsumeDisplay) -> None:
        self._state, self._ending, self._display = state, ending, display
        self._topic = state.plan.topic
        self._sink_told = False

    def take(self, slot: MemberSlot, message: messages.ToParent) -> None:
        self._HANDLERS[type(message)](self, slot, message)

    def _assigned(self, slot: MemberSlot, message: messages.Assigned) -> None:
        slot.join(message, ending=self._ending.stop is not None)
        self._state.generations.add(message.generation)

    def _revoked(self, slot: MemberSlot, message: messages.Revoked) -> None:
        gone = set(slot.partitions) - set(message.partitions)
        slot.keep(message.partitions)
        abandoned = max(0, message.abandoned - self._state.count_stored(slot, gone))
        self._state.quota.give_back(slot.number, abandoned)
        self._state.resume_waiting()
        if message.reason is not None:
            self._display.note(
                f"member {slot.number} could not commit when its partitions were taken away "
                f"({message.reason}): {plural(abandoned, 'event')} will be delivered again"
            )

    def _placed(self, slot: MemberSlot, message: messages.Placed) -> None:
        slot.skipped += message.skipped
        self._state.commit({message.partition: message.start})

    def _want(self, slot: MemberSlot, message: messages.Want) -> None:
        granted = self._state.quota.grant(slot.number, message.count)
        slot.starved = granted < message.count
        slot.send(messages.Grant(granted))
        if granted and self._state.quota.left == 0:
            self._state.tell(messages.Flush())

    def _lines(self, slot: MemberSlot, message: messages.EventLines) -> None:
        """What is not written is not processed either: it comes again."""
        ok = self._ending.stop is not Outcome.CLOSED and self._write(message.block)
        slot.send(messages.Written(ok))

    def _write(self, block: bytes) -> bool:
        try:
            if self._display.write(block):
                return True
            self._ending.ask(Outcome.CLOSED)
        except EventqError as error:
            self._ending.fail(error)
        return False

    def _committing(self, slot: MemberSlot, message: messages.Committing) -> None:
        slot.pending = message

    def _settled(self, slot: MemberSlot, message: messages.Committed) -> None:
        if message.reason is None and slot.pending is not None:
            self._state.confirm(slot)
        slot.pending = None

    def _aborted(self, slot: MemberSlot, message: messages.Aborted) -> None:
        slot.aborted_transactions += 1
        slot.aborted_events += message.count
        self._state.quota.give_back(slot.number, message.count)
        self._state.resume_waiting()

    def _told(self, _slot: MemberSlot, message: messages.Told) -> None:
        self._display.note(message.text)

    def _progress(self, slot: MemberSlot, message: messages.MemberProgress) -> None:
        self._state.heard(slot, message)
        if self._state.at_the_end and not slot.hurried:
            for other in self._state.slots:
                other.hurried = True
            self._state.tell(messages.Flush())

    def _sink_decides(self, _slot: MemberSlot, message: messages.SinkDecides) -> None:
        """Once a run, and not after a death: the commits of a member that died are behind its effects."""
        self._state.commit({message.partition: message.position})
        if self._sink_told or any(each.restarts for each in self._state.slots):
            return
        self._sink_told = True
        self._display.note(
            f"the sink decides where the group continues: {self._topic}/{message.partition} at "
            f"{message.position}, where the group has committed {message.committed}"
        )

    def _was_reset(self, slot: MemberSlot, message: messages.WasReset) -> None:
        reset = message.reset
        self._state.was_reset(slot, reset)
        self._display.note(
            f"{self._topic}/{reset.partition}: the group's offset {reset.from_offset} is outside the "
            f"log, it continues at {reset.to_offset} ({plural(reset.lost, 'event')} deleted unread)"
        )

    def _malformed(self, _slot: MemberSlot, message: messages.MalformedFound) -> None:
        record = message.record
        if len(self._state.samples) < MOST_MALFORMED_NAMED:
            self._state.samples.append(record)
            where = f"{self._topic}/{record.partition} at offset {record.offset}"
            self._display.note(f"malformed event in {where}: {record.reason}")

    def _crashing(self, slot: MemberSlot, message: messages.Crashing) -> None:
        self._state.inject(f"crash-point:{message.point.value}", slot.number)

    def _failed(self, _slot: MemberSlot, message: Failed) -> None:
        self._ending.fail(EventqError(message.message, hint=message.hint))

    _HANDLERS: ClassVar[Mapping[type, Callable[[Any, MemberSlot, Any], None]]] = {
        messages.Assigned: _assigned,
        messages.Revoked: _revoked,
        messages.Placed: _placed,
        messages.Want: _want,
        messages.EventLines: _lines,
        messages.Committing: _committing,
        messages.Committed: _settled,
        messages.Aborted: _aborted,
        messages.Told: _told,
        messages.MemberProgress: _progress,
        messages.WasReset: _was_reset,
        messages.SinkDecides: _sink_decides,
        messages.MalformedFound: _malformed,
        messages.Crashing: _crashing,
        Failed: _failed,
    }
