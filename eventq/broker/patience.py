"""How long to wait for the answers to a round of requests."""

_BRIEF_SECONDS = 2.0


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
