"""Transactions of a produce run: how many events each has, which are aborted on purpose, how one ends.

The transactional.id of a worker is `PREFIX.WORKER`. Whoever begins with the same id later ends what the one
before has left open, and puts it out if it still lives.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from random import Random

from eventq.core.errors import UsageError

DEFAULT_TIMEOUT = "60s"
"""As in Java; brokers allow up to 15 minutes unless they are set otherwise."""

FENCED = frozenset({"PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH"})
"""Kafka's names of what a producer is told when another has its transactional.id, or none any more."""

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%", re.ASCII)


class TransactionEnd(Enum):
    """FAILED: aborted because of an error. UNKNOWN: it was to be committed, and nobody knows if it was."""

    COMMITTED = "committed"
    ABORTED = "aborted"
    FAILED = "failed"
    UNKNOWN = "unknown"


class TransactionFailed(Exception):
    """A step that a client or the broker refused. `why` is Kafka's name of the error.

    `fenced`: another producer has the same transactional.id now, or the broker has given this one up.
    """

    def __init__(self, why: str, *, fenced: bool = False) -> None:
        super().__init__(why)
        self.why, self.fenced = why, fenced


@dataclass(frozen=True, slots=True)
class TransactionPlan:
    """`size` events each; `abort`: the share that is aborted on purpose. After `timeout` seconds the broker
    aborts one that is still open.
    """

    size: int
    prefix: str
    timeout: float
    abort: Fraction | None = None

    def id(self, worker: int) -> str:
        return f"{self.prefix}.{worker}"


def parse_share(text: str) -> Fraction:
    """The share that `10%` or `0.5%` writes; UsageError for none, and for more than all."""
    match = _SHARE.fullmatch(text.strip())
    share = Fraction(match[1]) / 100 if match else None
    if share is None or not 0 < share <= 1:
        raise UsageError(f"not a share: {text!r:.120}", hint="write it as 10% or 0.5%, at most 100%")
    return share


def abort_choice(plan: TransactionPlan, seed: int, worker: int) -> Callable[[int], bool]:
    """Which of a worker's transactions 0, 1, 2, … are aborted on purpose, always the same for a seed.

    Of each block of as many as the share has in its denominator exactly so many as in its numerator:
    of 10 % one in every ten.
    """
    if plan.abort is None:
        return lambda _number: False
    count, block = plan.abort.numerator, plan.abort.denominator

    def is_aborted(number: int) -> bool:
        random = Random(f"{seed}/{worker}/{number // block}/abort")
        return number % block in random.sample(range(block), count)

    return is_aborted
