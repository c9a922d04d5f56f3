from fractions import Fraction

import pytest

from eventq.core.errors import UsageError
from eventq.core.produce.stages import NANO, LoadStage, parse_stages


def test_a_stage_has_one_rate_or_two_each_in_its_own_unit() -> None:
    assert parse_stages(["30s:100", "1m30s:30/m..100", "0.5us:1..2.5", "1h:0/m", "1s:.5...5"]) == (
        LoadStage(30 * NANO, Fraction(100), Fraction(100)),
        LoadStage(90 * NANO, Fraction(1, 2), Fraction(100)),
        LoadStage(500, Fraction(1), Fraction(5, 2)),
        LoadStage(3600 * NANO, Fraction(0), Fraction(0)),
        LoadStage(NANO, Fraction(1, 2), Fraction(1, 2)),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("30s", "there is no colon"),
        ("", "there is no colon"),
        (":100", "not a duration: ''"),
        ("30:100", "not a duration: '30'"),
        ("0s:100", "its duration is 0"),
        ("0.1us:1", None),
        ("0.0001us:1", "finer than a nanosecond"),
        ("40000d:1", "more than a hundred years"),
        ("30s:", "not a rate: ''"),
        ("30s:-5", "a negative rate: '-5'"),
        ("30s:1..-5", "a negative rate: '-5'"),
        ("30s:1..", "not a rate: ''"),
        ("30s:1..2..3", "not a rate: '2..3'"),
        ("30s:1:2", "not a rate: '1:2'"),
        ("30s:1e300", "more than an event a nanosecond"),
        ("30s:nan", "not a rate"),
    ],
)
def test_a_stage_that_can_not_be_read_is_named_with_its_place_and_an_example(
    text: str, why: str | None
) -> None:
    if why is None:
        assert parse_stages([text])
        return
    with pytest.raises(UsageError, match="--stage 2, ") as raised:
        parse_stages(["1s:1", text])
    assert why in str(raised.value)
    assert "30s:100" in (raised.value.hint or "")


def test_stages_that_only_pause_or_never_end_are_refused() -> None:
    with pytest.raises(UsageError, match="every --stage is a pause"):
        parse_stages(["1s:0", "1s:0..0"])
    with pytest.raises(UsageError, match="more than a hundred years together"):
        parse_stages(["20000d:1", "20000d:1"])
