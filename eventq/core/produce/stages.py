"""What a load is made of: stages, each with a duration and a rate that stays, or rises or falls evenly."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from eventq.core.errors import EventqError, UsageError
from eventq.core.parse import nanoseconds, rate

NANO = 1_000_000_000
_FORMS = "write it as 30s:100, 1m:0..500 or 10s:0, DURATION:RATE or DURATION:A..B"
LONGEST = 36_500 * 86400 * NANO
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class LoadStage:
    """From `first` to `last` events per second in `duration` nanoseconds; 0 to 0 is a pause.

    `duration` None: without end, which only the last stage can be, and at one rate.
    """

    duration: int | None
    first: Fraction
    last: Fraction

    @property
    def mean(self) -> Fraction:
        return (self.first + self.last) / 2


def constant(events_per_second: Fraction, duration: int | None = None) -> LoadStage:
    return LoadStage(duration, events_per_second, events_per_second)


def parse_stages(texts: Sequence[str]) -> tuple[LoadStage, ...]:
    """Of each `DURATION:RATE` or `DURATION:A..B`; UsageError names the one that can't be read."""
    stages = tuple(_named(place, text) for place, text in enumerate(texts, 1))
    if sum(stage.duration or 0 for stage in stages) > LONGEST:
        raise UsageError("the stages last more than a hundred years together", hint="at most 36500d")
    if not any(stage.mean for stage in stages):
        raise UsageError("every --stage is a pause: there is nothing to send", hint=_FORMS)
    return stages


def _named(place: int, text: str) -> LoadStage:
    try:
        return _parsed(text)
    except EventqError as error:
        raise UsageError(f"--stage {place}, {text!r:.120}: {error}", hint=_FORMS) from error


def _parsed(text: str) -> LoadStage:
    length, colon, rates = text.partition(":")
    if not colon:
        raise UsageError("there is no colon between a duration and a rate")
    duration = nanoseconds(length)
    if duration == 0:
        raise UsageError("its duration is 0")
    first, dots, last = rates.partition("..")
    begin = _rate(first)
    return LoadStage(duration, begin, _rate(last) if dots else begin)


def _rate(text: str) -> Fraction:
    """As of --rate; 0, in any unit, is a pause."""
    if text.strip().startswith("-"):
        raise UsageError(f"a negative rate: {text!r:.120}")
    return rate(text, zero=True)
