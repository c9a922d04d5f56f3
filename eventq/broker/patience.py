"""How long to wait for the answers to a round of requests, and for those that a broker can't give yet."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

NOT_YET = frozenset({14, 15, 16})
"""Error codes by which a broker refuses for now what is about a group: its coordinator is loading the group's
part of the offsets topic, is not there yet, or is another one now."""

MOVED = frozenset({3, 5, 6, 56, 74, 75, 78})
"""Error codes of a partition whose leader is another one now, not there yet, or not yet up to date."""

_BRIEF_SECONDS = 2.0
_PAUSE_SECONDS = 0.1

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class Patience:
    """In full, until a kind of request had no answer; then briefly, until that kind is answered again.

    Else each round of a snapshot, and each sample of a watch, would wait in full for the same broker.
    """

    def __init__(self, full: float) -> None:
        self._full = full
        self._unanswered: set[str] = set()

    @property
    def seconds(self) -> float:
        return min(_BRIEF_SECONDS, self._full) if self._unanswered else self._full

    def note(self, kind: str, *, answered: bool) -> None:
        if answered:
            self._unanswered.discard(kind)
        else:
            self._unanswered.add(kind)

    def settled(
        self,
        kind: str,
        keys: Iterable[Key],
        ask: Callable[[list[Key]], Mapping[Key, Answer]],
        not_yet: Callable[[Answer], bool],
    ) -> dict[Key, Answer]:
        """The answers by key; those that are `not_yet` what was asked for are asked for again.

        When patience is used up, they are what the broker said last.
        """
        until = time.monotonic() + self.seconds
        waiting, found = list(keys), dict[Key, Answer]()
        while waiting:
            found |= ask(waiting)
            waiting = [key for key in waiting if not_yet(found[key])]
            if waiting and time.monotonic() >= until:
                break
            if waiting:
                time.sleep(_PAUSE_SECONDS)
        self.note(kind, answered=not waiting)
        return found
