"""What any parent tells any of its children over their pipe, and the other way round."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stop:
    """The child ends in order: it finishes or gives back what it has in hand, and says its last word."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The child can't go on: an error of the tree, as text."""

    message: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """The last word of a child that ends in order, also after Failed; one that ends without it has died."""
