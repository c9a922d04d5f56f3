"""The child's end of what joins it with its parent, whether the child is a process of its own or not."""

from typing import Any, Protocol, TypeVar

_Answer = TypeVar("_Answer")


class ParentLink(Protocol):
    """A parent that is gone is no error: it reads as Stop, and `orphaned` is True then."""

    orphaned: bool

    def send(self, message: object) -> None: ...

    def arrived(self) -> list[Any]:
        """Everything that has come in, without waiting."""
        ...

    def answer(self, kind: type[_Answer] | tuple[type[_Answer], ...], otherwise: _Answer) -> _Answer:
        """Waits for the answer that the parent owes; `otherwise` if none can come any more."""
        ...
