"""What this machine, its control groups and this user's limits leave for more processes."""

import os
from collections.abc import Iterator
from pathlib import Path

from eventq.core.capacity import Machine

_V1_FILES = {
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes"),
    "pids": ("pids.max", "pids.current"),
}
_V2_FILES = {"memory": ("memory.max", "memory.current"), "pids": ("pids.max", "pids.current")}


def machine(proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")) -> Machine:
    """What can't be read is None."""
    return Machine(
        memory=_least(_memory(proc), *_left(proc, cgroups, "memory")),
        processes=_least(_limit("RLIMIT_NPROC"), *_left(proc, cgroups, "pids")),
        descriptors=_descriptors(),
    )


def _least(*numbers: int | None) -> int | None:
    return min((number for number in numbers if number is not None), default=None)


def _memory(proc: Path) -> int | None:
    """Without swapping; where the system does not say what is available, all that there is."""
    for line in _text(proc / "meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _left(proc: Path, cgroups: Path, controller: str) -> Iterator[int]:
    """What each control group above this process leaves (version 1 or 2), where it has a limit."""
    for line in _text(proc / "self" / "cgroup").splitlines():
        _, names, path = line.split(":", 2)
        if not names:
            base, files = cgroups, _V2_FILES[controller]
        elif controller in names.split(","):
            base, files = cgroups / controller, _V1_FILES[controller]
        else:
            continue
        inside = Path(path.lstrip("/"))
        for folder in (inside, *inside.parents):
            most, used = (_number(base / folder / name) for name in files)
            if most is not None and used is not None:
                yield max(0, most - used + _reclaimable(base / folder, controller))


def _reclaimable(folder: Path, controller: str) -> int:
    """Files that are cached count as used, but give way; version 1 sums groups up under a name of its own."""
    if controller != "memory":
        return 0
    figures = dict(line.partition(" ")[::2] for line in _text(folder / "memory.stat").splitlines())
    return int(figures.get("total_inactive_file") or figures.get("inactive_file") or 0)


def _number(file: Path) -> int | None:
    """None also for `max`."""
    text = _text(file).strip()
    return int(text) if text.isdecimal() else None


def _text(file: Path) -> str:
    """Empty where there is none."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _limit(name: str) -> int | None:
    """None without a limit; the number of processes is none for root."""
    import resource

    if name == "RLIMIT_NPROC" and os.geteuid() == 0:
        return None
    soft, _ = resource.getrlimit(getattr(resource, name))
    return None if soft == resource.RLIM_INFINITY else soft


def _descriptors() -> int | None:
    limit = _limit("RLIMIT_NOFILE")
    if limit is None:
        return None
    try:
        return max(0, limit - sum(1 for _ in Path("/dev/fd").iterdir()))
    except OSError:
        return limit
