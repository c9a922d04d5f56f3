"""The lines that a run shows where no live view can stand."""

import re
from collections.abc import Callable

import pytest

from eventq.commands.consume import output
from eventq.commands.consume.output import ConsumeOutput
from eventq.core.consume.report import GroupNow


class FakeTime:
    def __init__(self) -> None:
        self.seconds = 50.0

    def monotonic(self) -> float:
        return self.seconds


Show = Callable[[float, int], None]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Shows how many were processed so many seconds after the start; the last second's rate is always 999."""
    clock = FakeTime()
    monkeypatch.setattr(output, "time", clock)
    shown = ConsumeOutput(live=False, quiet=False)

    def show(seconds: float, processed: int) -> None:
        clock.seconds = 50.0 + seconds
        shown.show(GroupNow("t", "g", seconds, (), processed, processed, 0, 999.0, 1, None, ""))

    return show


def rates(text: str) -> list[str]:
    return re.findall(r" ([0-9.,]+|-)/s", text)


def test_the_rate_of_a_line_is_over_the_time_since_the_line_before(
    show: Show, capsys: pytest.CaptureFixture[str]
) -> None:
    for tenth in range(51):
        show(tenth / 10, 100)
    show(7.5, 100)
    show(10.0, 150)
    show(14.0, 4000)
    show(20.0, 150)
    assert rates(capsys.readouterr().err) == ["20", "10", "0.0"]


def test_an_unknown_depth_is_a_question_mark(show: Show, capsys: pytest.CaptureFixture[str]) -> None:
    show(5.0, 1)
    assert "queue depth ?, " in capsys.readouterr().err
