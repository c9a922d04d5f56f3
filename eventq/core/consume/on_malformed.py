"""What becomes of an event whose value is malformed."""

from dataclasses import dataclass
from enum import Enum

from eventq.core.consume.delivery import KAFKA, Delivery
from eventq.core.errors import NotFound, UsageError
from eventq.core.kafka import check_names

_KEEPS_DEAD_LETTERS = frozenset({"sqlite", "postgresql"})
"""Kinds of sink with a table of dead letters."""
_HINT = "skip, fail, dead-letter (in a database --sink) or dead-letter:TOPIC"


class MalformedRule(str, Enum):
    """SKIP counts it, FAIL ends the run before it is committed, DEAD_LETTER keeps it whole elsewhere."""

    SKIP = "skip"
    FAIL = "fail"
    DEAD_LETTER = "dead-letter"


@dataclass(frozen=True, slots=True)
class OnMalformed:
    """`topic` is where dead letters go; None: to the sink, in one transaction with the effects.

    What can't be written to the topic is tried again `retries` times, after `backoff` seconds each.
    """

    rule: MalformedRule = MalformedRule.SKIP
    topic: str | None = None
    retries: int = 0
    backoff: float = 0.0

    @property
    def fails(self) -> bool:
        return self.rule is MalformedRule.FAIL

    @property
    def keeps(self) -> bool:
        """Every malformed event that is processed is a dead letter."""
        return self.rule is MalformedRule.DEAD_LETTER

    @property
    def in_sink(self) -> bool:
        return self.keeps and self.topic is None

    @property
    def text(self) -> str:
        """As the option says it."""
        return self.rule.value if self.topic is None else f"{self.rule.value}:{self.topic}"

    @property
    def what(self) -> str:
        """For a message about a write that failed."""
        return f"the dead-letter topic {self.topic}"


SKIPPED = OnMalformed()


def parse_on_malformed(text: str) -> OnMalformed:
    """UsageError for another form, or a name that no topic can have."""
    rule, colon, topic = text.partition(":")
    if colon and rule == MalformedRule.DEAD_LETTER.value:
        (name,) = check_names([topic])
        return OnMalformed(MalformedRule.DEAD_LETTER, name)
    try:
        return OnMalformed(MalformedRule(text))
    except ValueError as error:
        raise UsageError(f"--on-malformed can't be {text!r:.120}", hint=_HINT) from error


def check_dead_letters(asked: OnMalformed, delivery: Delivery, kind: str | None) -> None:
    """UsageError for dead letters that a sink of this kind, or no sink (None), can't keep as promised."""
    if not asked.keeps:
        return
    if asked.topic is None and kind not in _KEEPS_DEAD_LETTERS:
        where = "without --sink" if kind is None else f"with a {kind} sink"
        raise UsageError(
            f"--on-malformed dead-letter {where}: no table keeps them",
            hint="dead-letter:TOPIC sends them to a topic; --sink sqlite:PATH or postgresql://… has a table",
        )
    if asked.topic is not None and delivery is Delivery.EXACTLY_ONCE:
        raise UsageError(
            f"--on-malformed {asked.text} with --delivery exactly-once and a {kind} sink: "
            "the two can't be written in one transaction",
            hint="skip or fail; a database sink keeps dead letters with the effects"
            if kind == KAFKA
            else "--on-malformed dead-letter keeps them in the database, with the effects",
        )


def check_source(asked: OnMalformed, topic: str) -> None:
    """UsageError for dead letters that would be consumed again at once."""
    if asked.topic == topic:
        raise UsageError(
            f"--on-malformed {asked.text}: that is the topic which is consumed", hint="name another topic"
        )


def no_dead_letter_topic(topic: str) -> NotFound:
    """For a cluster without it: it is not made by the way, as its retention is for somebody to decide."""
    return NotFound(f"no such topic for dead letters: {topic}", hint=f"eventq topic create {topic}")
