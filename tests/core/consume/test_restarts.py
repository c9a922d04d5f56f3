"""When a member that died is started again, by plain values."""

from typing import Any

import pytest

from eventq.core.consume.restarts import MOST_IN_VAIN, Death, Restarts, pause


def death(number: int = 1, **told: Any) -> Death:
    """One in vain, unless told otherwise."""
    nothing: dict[str, Any] = {"processed": False, "idle": False, "progress": 0, "busy": frozenset()}
    return Death(number, **{**nothing, **told})


def until_given_up(restarts: Restarts, **told: Any) -> list[float]:
    """The delays until then."""
    delays = []
    while (delay := restarts.delay(death(**told))) is not None:
        delays.append(delay)
        assert len(delays) < 100, "never given up"
    return delays


@pytest.mark.parametrize(
    ("deaths", "seconds"), [(0, 0.0), (1, 0.0), (2, 0.1), (3, 0.2), (7, 3.2), (8, 5.0), (10**9, 5.0)]
)
def test_pauses_double_up_to_a_limit(deaths: int, seconds: float) -> None:
    assert pause(deaths) == pytest.approx(seconds)


def test_nobody_gets_on_when_one_member_has_died_too_often() -> None:
    restarts = Restarts()
    assert len(until_given_up(restarts)) == MOST_IN_VAIN - 1
    assert restarts.in_vain(1) == MOST_IN_VAIN


def test_each_member_has_a_count_of_its_own() -> None:
    restarts = Restarts()
    for _ in range(MOST_IN_VAIN - 1):
        assert all(restarts.delay(death(number)) is not None for number in (1, 2, 3))
    assert restarts.delay(death(2)) is None


def test_progress_of_the_group_forgives_all_and_the_pauses_go_on() -> None:
    restarts = Restarts()
    delays = [restarts.delay(death(progress=n)) for n in range(1, 50)]
    assert (delays[0], delays[-1]) == (0.0, 5.0)


def test_what_had_processed_something_comes_back_at_once() -> None:
    restarts = Restarts()
    for n in range(4):
        restarts.delay(death(progress=n))
    assert restarts.delay(death(processed=True, progress=9)) == 0.0
    assert restarts.delay(death(progress=10)) == 0.0


def test_processing_the_same_again_is_in_vain() -> None:
    assert until_given_up(Restarts(), processed=True) == [0.0] * (MOST_IN_VAIN - 1)


def test_a_member_without_work_dies_as_often_as_it_likes_but_not_faster_and_faster() -> None:
    restarts = Restarts()
    delays = [restarts.delay(death(idle=True)) for _ in range(50)]
    assert delays[-1] == 5.0


def test_starts_that_fail_now_and_then_between_idle_lives_never_add_up() -> None:
    restarts = Restarts()
    for _ in range(10):
        for _ in range(MOST_IN_VAIN - 1):
            assert restarts.delay(death()) is not None
        assert restarts.delay(death(idle=True)) is not None


def test_a_living_member_with_events_in_hand_keeps_the_run_up() -> None:
    restarts = Restarts()
    delays = [restarts.delay(death(busy=frozenset({2}))) for _ in range(3 * MOST_IN_VAIN)]
    assert None not in delays
    assert restarts.delay(death()) is None


def test_members_that_die_in_turn_do_not_keep_each_other_up() -> None:
    restarts = Restarts()
    delays = [
        restarts.delay(death(n % 2, busy=frozenset({0, 1} - {n % 2}))) for n in range(2 * MOST_IN_VAIN - 1)
    ]
    assert delays[-1] is None
