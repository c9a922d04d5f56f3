from random import Random

import pytest

from eventq.core.consume.work import parse_work
from eventq.core.errors import UsageError


@pytest.mark.parametrize(("text", "mean"), [("5ms", 0.005), ("uniform:1ms..9ms", 0.005), ("exp:5ms", 0.005)])
def test_work_takes_its_mean_over_many_events(text: str, mean: float) -> None:
    work, random = parse_work(text), Random(1)
    drawn = [work.draw(random) for _ in range(20_000)]
    assert work.mean == pytest.approx(mean)
    assert sum(drawn) / len(drawn) == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize("text", ["", "5", "exp:", "uniform:1ms", "uniform:9ms..1ms", "normal:5ms"])
def test_what_is_no_work_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="work"):
        parse_work(text)


@pytest.mark.parametrize(("text", "events"), [("5ms", 20), ("1s", 1), ("0s", 5000), ("1us", 5000)])
def test_a_slice_takes_about_a_tenth_of_a_second(text: str, events: int) -> None:
    assert parse_work(text).slice_of(5000) == events
