"""What is left for more processes, read from the files in which Linux says it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eventq.loops.processes.machine import machine

UNLIMITED_V1 = "9223372036854771712"
Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, text: str) -> None:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    return write


def read(root: Path) -> Any:
    return machine(root / "proc", root / "cgroup")


def test_memory_is_what_is_available_without_swapping(tmp_path: Path, write: Write) -> None:
    write("proc/meminfo", "MemTotal: 4096 kB\nMemFree: 10 kB\nMemAvailable:    2048 kB\n")
    assert read(tmp_path).memory == 2048 * 1024


def test_where_nobody_says_what_is_available_it_is_all_that_there_is(tmp_path: Path) -> None:
    assert read(tmp_path).memory == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def test_a_system_that_knows_no_sizes_leaves_memory_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_name: str) -> int:
        raise ValueError

    monkeypatch.setattr(os, "sysconf", unknown)
    assert read(tmp_path).memory is None


def test_a_control_group_leaves_what_it_does_not_use_and_what_is_only_cached(
    tmp_path: Path, write: Write
) -> None:
    write("proc/meminfo", "MemAvailable: 9000 kB\n")
    write("proc/self/cgroup", "0::/pod/box\n")
    write("cgroup/pod/box/memory.max", "1000000\n")
    write("cgroup/pod/box/memory.current", "600000\n")
    write("cgroup/pod/box/memory.stat", "anon 300000\ninactive_file 100000\nactive_file 5\n")
    assert read(tmp_path).memory == 500_000


def test_the_narrowest_of_the_groups_above_counts(tmp_path: Path, write: Write) -> None:
    write("proc/meminfo", "MemAvailable: 9000 kB\n")
    write("proc/self/cgroup", "0::/pod/box\n")
    write("cgroup/pod/box/memory.max", "max\n")
    write("cgroup/pod/box/memory.current", "5\n")
    write("cgroup/pod/memory.max", "700\n")
    write("cgroup/pod/memory.current", "900\n")
    write("cgroup/pids.max", "50\n")
    write("cgroup/pids.current", "20\n")
    found = read(tmp_path)
    assert (found.memory, found.processes) == (0, 30)


def test_groups_of_version_1_are_read_too_and_a_path_of_the_host_is_none_of_the_container(
    tmp_path: Path, write: Write
) -> None:
    write("proc/meminfo", "MemAvailable: 9000 kB\n")
    write("proc/self/cgroup", "5:cpu,cpuacct:/x\n4:memory:/docker/abc\n3:pids:/docker/abc\n0::/\n")
    write("cgroup/memory/memory.limit_in_bytes", "1000000\n")
    write("cgroup/memory/memory.usage_in_bytes", "900000\n")
    write("cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 50000\n")
    write("cgroup/pids/pids.max", "10\n")
    write("cgroup/pids/pids.current", "4\n")
    found = read(tmp_path)
    assert (found.memory, found.processes) == (150_000, 6)


def test_a_group_without_a_limit_takes_nothing_away(tmp_path: Path, write: Write) -> None:
    write("proc/meminfo", "MemAvailable: 9000 kB\n")
    write("proc/self/cgroup", "4:memory:/\n")
    write("cgroup/memory/memory.limit_in_bytes", UNLIMITED_V1)
    write("cgroup/memory/memory.usage_in_bytes", "900000\n")
    assert read(tmp_path).memory == 9000 * 1024


@pytest.mark.parametrize(("user", "left"), [(0, None), (1000, 77)])
def test_the_limit_of_processes_is_none_for_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, left: int | None
) -> None:
    import resource

    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (77, 100))
    assert read(tmp_path).processes == left


def test_open_files_are_taken_off_their_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _which: (10_000, 20_000))
    before = read(tmp_path).descriptors
    with (tmp_path / "open").open("w"):
        assert read(tmp_path).descriptors == before - 1
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (resource.RLIM_INFINITY,) * 2)
    assert read(tmp_path).descriptors is None
