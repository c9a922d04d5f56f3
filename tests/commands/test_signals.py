"""Ctrl-C and SIGTERM: a run is asked to end, a wait ends at once, and the handlers of before come back."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from eventq.commands.signals import raise_if_stopped, stop_at_once, stop_in_order
from eventq.core.errors import EventqError, ExitCode, Stopped
from eventq.core.outcome import Outcome
from eventq.loops.consume.ending import Ending
from tests.in_process import eventq

SIGNALS = [
    (signal.SIGINT, Outcome.SIGINT, ExitCode.SIGINT),
    (signal.SIGTERM, Outcome.SIGTERM, ExitCode.SIGTERM),
]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[tuple[object, object]]:
    """Those of the test itself, which must be in force again after it."""

    def ours(_number: int, _frame: object) -> None:
        raise AssertionError("the signal came through")

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, ours) for number in numbers]
    yield ours, ours
    after = [signal.signal(number, handler) for number, handler in zip(numbers, before, strict=True)]
    assert after == [ours, ours]


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "outcome", "code"), SIGNALS)
def test_the_first_signal_asks_a_run_to_end_and_the_second_ends_it_at_once(
    number: signal.Signals, outcome: Outcome, code: ExitCode
) -> None:
    asked: list[Outcome] = []
    with stop_in_order(asked.append):
        send(number)
        assert asked == [outcome]
        with pytest.raises(Stopped) as stopped:
            send(number)
    assert stopped.value.exit_code is code
    assert asked == [outcome]


def test_the_second_signal_may_be_the_other_one_and_gives_the_exit_code() -> None:
    with stop_in_order(lambda _outcome: None):
        send(signal.SIGINT)
        with pytest.raises(Stopped) as stopped:
            send(signal.SIGTERM)
    assert stopped.value.exit_code is ExitCode.SIGTERM


@pytest.mark.parametrize(("number", "outcome", "code"), SIGNALS)
def test_the_first_signal_ends_a_wait_at_once(
    number: signal.Signals, outcome: Outcome, code: ExitCode
) -> None:
    with pytest.raises(Stopped) as stopped, stop_at_once():
        send(number)
    assert stopped.value.exit_code is code
    with pytest.raises(Stopped) as said:
        raise_if_stopped(outcome)
    assert said.value.exit_code is code


@pytest.mark.parametrize("handling", [stop_at_once, lambda: stop_in_order(lambda _outcome: None)])
def test_the_handlers_of_before_come_back_after_a_failure_too(
    handling: Callable[[], AbstractContextManager[None]],
) -> None:
    with pytest.raises(EventqError), handling():
        raise EventqError("failed")


def test_no_stop_is_raised_for_a_run_that_no_signal_ended() -> None:
    for outcome in set(Outcome) - {Outcome.SIGINT, Outcome.SIGTERM}:
        raise_if_stopped(outcome)


def test_a_signal_after_another_reason_to_end_leaves_that_reason() -> None:
    ending = Ending()
    ending.ask(Outcome.TIMED_OUT)
    with stop_in_order(ending.ask):
        send(signal.SIGTERM)
    assert ending.stop is Outcome.TIMED_OUT


@pytest.mark.parametrize("command", [("wait", "--timeout", "100ms"), ("watch", "--samples", "1")])
def test_a_command_that_waits_puts_the_handlers_back(bootstrap: str, command: tuple[str, ...]) -> None:
    assert eventq("lag", *command, "-g", "no-such-group", "-b", bootstrap).returncode in {0, 124}


def test_a_replay_puts_the_handlers_back(tmp_path: Path) -> None:
    recording = tmp_path / "recording"
    recording.write_text("")
    eventq("lag", "watch", "--replay", str(recording))
