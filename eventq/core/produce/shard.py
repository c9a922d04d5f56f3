"""The part of a load that one machine of several sends."""

from dataclasses import dataclass

from eventq.core.errors import UsageError
from eventq.core.identity import MOST_WORKERS
from eventq.core.parse import whole
from eventq.core.produce.feed import Share

INDEX = "JOB_COMPLETION_INDEX"
"""Where Kubernetes tells a pod of an indexed Job which it is."""

_HINT = f"write it as 0/4, the first of four, or as 4 where {INDEX} says which"


@dataclass(frozen=True, slots=True)
class Shard:
    """Number `index`, from 0, of `count`: its workers are number `index`, `index` + `count`, … of all."""

    index: int = 0
    count: int = 1

    def share(self, worker: int, workers: int) -> Share:
        """Of this machine's worker, each machine having `workers`."""
        return Share(self.index + self.count * worker, self.count * workers)

    @property
    def alone(self) -> bool:
        return self.count == 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


WHOLE = Shard()
"""Of a load that is not shared."""


def parse_shard(text: str, index: str | None) -> Shard:
    """`I/N`, or `N` if `index`, the text of the variable, is there."""
    first, slash, count = text.strip().rpartition("/")
    if not slash and not index:
        raise UsageError(f"--shard {text!r:.120} does not say which, and {INDEX} is not set", hint=_HINT)
    number, of = whole(first if slash else index or ""), whole(count)
    if number is None and not slash:
        raise UsageError(f"{INDEX} is not the number of a shard: {index!r:.120}", hint=_HINT)
    if number is None or of is None or not number < of <= MOST_WORKERS:
        given = f"--shard {text!r:.120}" + ("" if slash else f" with {INDEX} {index!r:.120}")
        raise UsageError(f"{given}: no shard from 0/N to N-1/N, N at most {MOST_WORKERS}", hint=_HINT)
    return Shard(number, of)


def shard_parts(text: str) -> tuple[set[int], int]:
    """Of `0,2/4`: which shards, and of how many; ValueError for what names none."""
    indices, _, count = text.partition("/")
    there, of = {int(index) for index in indices.split(",")}, int(count)
    if not 0 <= min(there) <= max(there) < of <= MOST_WORKERS:
        raise ValueError(f"no shards: {text!r}")
    return there, of
