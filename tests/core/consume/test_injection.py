import pytest

from eventq.core.consume.injection import (
    Crash,
    CrashPoint,
    Fault,
    FaultPlan,
    KillEvery,
    PauseAfter,
    PauseEvery,
    parse_fault,
)
from eventq.core.errors import UsageError
from eventq.core.faults import KillAfter


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("kill:after=1000", KillAfter(1000)),
        ("kill:every=5s", KillEvery(5.0)),
        ("pause:after=1000,for=12s", PauseAfter(1000, 12.0)),
        ("pause:every=5s,for=12s", PauseEvery(5.0, 12.0)),
        ("pause:for=1m,every=500ms", PauseEvery(0.5, 60.0)),
        ("crash-point:before-commit", Crash(CrashPoint.BEFORE_COMMIT, 3)),
        ("crash-point:mid-batch,times=1", Crash(CrashPoint.MID_BATCH, 1)),
    ],
)
def test_a_fault_is_read_as_it_is_written(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize(
    "text",
    [
        "", "kill", "kill:", "kill:after", "kill:after=0", "kill:after=x", "kill:every=5", "kill:every=0s",
        "kill:after=1,every=5s", "pause:every=5s", "pause:every=5s,for=0s", "crash-point:",
        "crash-point:later", "crash-point:mid-batch,times=0", "crash-point:mid-batch,after-claim",
        "stop:after=1",
    ],
)  # fmt: skip
def test_another_form_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_fault(text)
    assert "crash-point:POINT" in (refused.value.hint or "") or "duration" in str(refused.value)


def test_a_seed_lets_each_process_of_each_member_die_at_the_same_visit_again() -> None:
    crash = Crash(CrashPoint.MID_BATCH, 3)
    visits = [[crash.visit(7, member, restarts) for restarts in range(5)] for member in (1, 2, 3)]
    assert visits == [[crash.visit(7, member, restarts) for restarts in range(5)] for member in (1, 2, 3)]
    assert all(visit is not None and 1 <= visit <= 10 for row in visits for visit in row[:3])
    assert all(row[3:] == [None, None] for row in visits)
    assert visits != [[crash.visit(8, member, restarts) for restarts in range(5)] for member in (1, 2, 3)]


def test_only_crashes_are_the_business_of_members() -> None:
    crash = Crash(CrashPoint.AFTER_CLAIM, 1)
    assert FaultPlan((KillAfter(1), crash, KillEvery(1.0))).crashes == [crash]
