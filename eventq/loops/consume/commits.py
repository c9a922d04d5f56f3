"""A member's commits: of what it has processed, announced to its parent before and settled after."""

from eventq.core.consume.injection import CrashPoint
from eventq.core.consume.report import Offsets
from eventq.loops.consume.crash_points import CrashPoints
from eventq.loops.consume.messages import Aborted, Committed, Committing
from eventq.loops.consume.sink import Sink
from eventq.loops.processes.parent_pipe import ParentPipe


class MemberCommits:
    """How to commit is the sink's business: here is what of it is new, and how many records it covers."""

    def __init__(self, parent: ParentPipe, sink: Sink, crash: CrashPoints) -> None:
        self._parent = parent
        self._sink = sink
        self._crash = crash
        self._committed: Offsets = {}
        self._covered: dict[int, int] = {}
        self._revoking: Offsets = {}

    def processed(self, partition: int, count: int) -> None:
        """`count` more records wait for a commit of the partition."""
        self._covered[partition] = self._covered.get(partition, 0) + count

    def begin(self, offsets: Offsets) -> bool:
        """Commits where partitions begin that nobody remembered: whether that was possible."""
        if self._sink.commit(offsets) is not None:
            return False
        self._committed.update(offsets)
        return True

    def commit(self, positions: Offsets) -> bool:
        """Whether all of it is committed now."""
        offsets = self._changed(positions)
        if not offsets:
            return True
        self._announce(offsets)
        self._crash.pass_by(CrashPoint.BEFORE_COMMIT)
        reason = self._sink.commit(offsets)
        self._crash.pass_by(CrashPoint.AFTER_COMMIT)
        self._settle(offsets, reason)
        if reason is not None:
            self._take_back(reason)
        return reason is None

    def _take_back(self, reason: str) -> None:
        """What the sink has thrown away comes again."""
        undone = self._sink.undone()
        if undone:
            count = sum(self._covered.pop(partition, 0) for partition in undone)
            self._parent.send(Aborted(count, reason))

    def commit_before(self, partition: int, offset: int, count: int) -> bool:
        """Commits `count` records that are not processed yet: whether that was possible."""
        self.processed(partition, count)
        done = self.commit({partition: offset})
        if not done:
            self.processed(partition, -count)
        return done

    def revoking(self, positions: Offsets) -> Offsets:
        """What the client is to commit of partitions that go away; `revoked` follows."""
        offsets = self._changed(positions)
        self._revoking = self._sink.revoking(offsets) if offsets else {}
        if self._revoking:
            self._announce(self._revoking)
        return self._revoking

    def revoked(self, partitions: tuple[int, ...], reason: str | None) -> int:
        """How many records were processed in vain: they will be delivered again."""
        if self._revoking:
            self._settle(self._revoking, reason)
        self._revoking = {}
        for partition in partitions:
            self._committed.pop(partition, None)
        self._sink.revoked(partitions)
        return sum(self._covered.pop(partition, 0) for partition in partitions)

    def _changed(self, positions: Offsets) -> Offsets:
        return {p: offset for p, offset in positions.items() if self._committed.get(p) != offset}

    def _announce(self, offsets: Offsets) -> None:
        self._parent.send(Committing(offsets, sum(self._covered.get(p, 0) for p in offsets)))

    def _settle(self, offsets: Offsets, reason: str | None) -> None:
        if reason is None:
            self._committed.update(offsets)
            for partition in offsets:
                self._covered.pop(partition, None)
        self._parent.send(Committed(reason))
