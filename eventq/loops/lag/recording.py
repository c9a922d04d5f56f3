"""The samples of a recording in a file; lines that are none are told by number and left out."""

from collections.abc import Callable, Iterator
from pathlib import Path

from eventq.core.errors import EventqError
from eventq.core.lag.recording import BadLine, read
from eventq.core.lag.sample import Sample
from eventq.core.text import plural

_MOST_NAMED = 5


def recorded(path: Path, tell: Callable[[str], None]) -> Iterator[Sample]:
    """EventqError when the file can't be read, or when there is no sample in it."""
    found, bad = 0, 0
    try:
        with path.open("rb") as lines:
            for one in read(lines):
                if isinstance(one, BadLine):
                    bad += 1
                    _tell(path, one, bad, tell)
                else:
                    found += 1
                    yield one
    except OSError as error:
        raise EventqError(f"can't read {path}: {error.strerror}") from error
    if bad > _MOST_NAMED:
        tell(f"{path}: {plural(bad, 'line')} skipped in total")
    if not found:
        raise EventqError(
            f"{path} holds no sample of lag", hint="a recording is what eventq lag watch -o json writes"
        )


def _tell(path: Path, bad: BadLine, count: int, tell: Callable[[str], None]) -> None:
    if bad.cut:
        tell(f"{path}: the last line, {bad.number}, is cut off: the recording was interrupted")
    elif count <= _MOST_NAMED:
        tell(f"{path}: line {bad.number} is skipped: {bad.why}")
