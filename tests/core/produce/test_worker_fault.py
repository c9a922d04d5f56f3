import pytest

from eventq.core.errors import UsageError
from eventq.core.faults import KillAfter
from eventq.core.produce.worker_fault import WorkerFault, parse_worker_fault


def test_a_number_of_events_is_what_a_worker_lives_for() -> None:
    assert parse_worker_fault("kill:after=1000") == KillAfter(1000)


@pytest.mark.parametrize(
    "text",
    ["", "kill", "kill:after=0", "kill:after=x", "kill:every=5s", "pause:every=5s,for=1s", "crash-point:x"],
)
def test_any_other_fault_is_refused_with_the_one_there_is(text: str) -> None:
    with pytest.raises(UsageError, match="not a fault") as refused:
        parse_worker_fault(text)
    assert "kill:after=N" in (refused.value.hint or "")


def test_exactly_one_worker_is_chosen_and_the_same_for_a_seed() -> None:
    chosen = [WorkerFault(KillAfter(9), seed, 4) for seed in range(50)]
    assert {fault.worker for fault in chosen} == {0, 1, 2, 3}
    for fault in chosen:
        assert [fault.kills_after(worker) for worker in range(4)].count(9) == 1
        assert fault.worker == WorkerFault(KillAfter(5), fault.seed, 4).worker
