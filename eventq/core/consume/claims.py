"""A sink's own positions: who owns a partition, and how far its effects go."""

from typing import NamedTuple


class Claim(NamedTuple):
    """What a store remembers of a partition for its owner.

    `epoch` grows with every claim, so that an owner that was replaced is refused; `next_offset` is the first
    offset without an effect.
    """

    epoch: int
    next_offset: int


class Move(NamedTuple):
    """The position of a partition goes from where `claim` has it to the offset `to`, if the claim stands."""

    partition: int
    claim: Claim
    to: int
