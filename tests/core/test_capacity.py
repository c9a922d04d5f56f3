"""How many child processes a machine can hold, by plain figures."""

import pytest

from eventq.core.capacity import Machine, Need, check_count
from eventq.core.errors import UsageError

NEED = Need(working_mb=40, idle_mb=8, threads=5)
MB = 1_000_000


def refusal(count: int, machine: Machine, working: int = 10) -> str:
    with pytest.raises(UsageError) as refused:
        check_count("--count", "member", count, machine, NEED, working)
    return str(refused.value)


@pytest.mark.parametrize(
    ("machine", "most", "why"),
    [
        (
            Machine(memory=1200 * MB),
            110,
            "1,200 MB of memory are available; each takes 40 MB, 8 MB without work",
        ),
        (Machine(memory=399 * MB), 9, "399 MB of memory are available; each takes 40 MB"),
        (
            Machine(processes=64),
            12,
            "64 more processes and threads are allowed, see `ulimit -u`; each takes 5",
        ),
        (
            Machine(descriptors=100),
            22,
            "100 more open files are allowed, see `ulimit -n`; each takes 3, the run itself 32",
        ),
        (
            Machine(10_000 * MB, 100, 1000),
            20,
            "100 more processes and threads are allowed, see `ulimit -u`; each takes 5",
        ),
    ],
)
def test_the_scarcest_limit_says_how_many_there_can_be(machine: Machine, most: int, why: str) -> None:
    check_count("--count", "member", most, machine, NEED, 10)
    assert refusal(most + 1, machine) == f"--count {most + 1}: this machine can hold {most} members ({why})"


def test_those_beyond_the_work_there_is_take_less() -> None:
    machine = Machine(memory=800 * MB)
    assert "can hold 20 members" in refusal(100, machine, working=100)
    assert "can hold 60 members" in refusal(100, machine, working=10)
    assert "can hold 100 members" in refusal(101, machine, working=0)


@pytest.mark.parametrize("machine", [Machine(0, 0, 0), Machine(memory=39 * MB), Machine(descriptors=5)])
def test_one_is_never_refused(machine: Machine) -> None:
    check_count("--count", "member", 1, machine, NEED, 10)
    assert "can hold 1 member (" in refusal(2, machine)


def test_what_is_not_known_refuses_nothing() -> None:
    check_count("--count", "member", 10**12, Machine(), NEED, 10)


def test_a_number_of_any_size_is_refused_at_once() -> None:
    assert "--count 1000000000000000000000: this" in refusal(10**21, Machine(memory=MB))
