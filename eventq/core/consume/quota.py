"""Who may process how many of --max-messages: granted after records are in hand, settled by commits.

Every granted record is in one of two states until it is committed: outstanding with a member, or back in
the quota (its member died, or its commit failed when its partition was taken away). So the group commits
exactly the total, whoever joins, leaves or dies meanwhile.
"""


class Quota:
    """`total` None grants whatever is wanted."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.committed = 0
        self._outstanding: dict[int, int] = {}

    @property
    def left(self) -> int:
        """What can still be granted."""
        if self.total is None:
            return 1 << 62
        return self.total - self.committed - sum(self._outstanding.values())

    @property
    def reached(self) -> bool:
        return self.total is not None and self.committed >= self.total

    def grant(self, member: int, want: int) -> int:
        granted = min(want, self.left)
        self._outstanding[member] = self._outstanding.get(member, 0) + granted
        return granted

    def commit(self, member: int, count: int) -> None:
        """`count` of the member's granted records are committed."""
        self._outstanding[member] = self._outstanding.get(member, 0) - count
        self.committed += count

    def outstanding(self, member: int) -> int:
        """How many granted records of the member are not committed yet."""
        return self._outstanding.get(member, 0)

    def give_back(self, member: int, count: int) -> None:
        """`count` of them will be delivered again, to whoever has their partition next."""
        self._outstanding[member] = self._outstanding.get(member, 0) - count

    def forget(self, member: int) -> None:
        """The member is gone: what it had not committed can be granted again."""
        self._outstanding.pop(member, None)
