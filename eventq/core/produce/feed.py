"""Made-up events in the order of the schedule, for one worker of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from eventq.core.produce.event_batch import Taken
from eventq.core.produce.generate import BLOCK, IdStamp, bodies, product_id
from eventq.core.produce.keys import REPEATING, KeyKind, KeyRule, customers


@dataclass(frozen=True, slots=True)
class Share:
    """Worker w of N takes the events n with n mod N = w; with keys that repeat those whose key hashes to w.

    A key's events so stay with one worker, in order, and all workers together make every event once.
    """

    worker: int = 0
    workers: int = 1

    def count(self, limit: int) -> int:
        """How many of the events below `limit` are this worker's, without keys."""
        return max(0, -((self.worker - limit) // self.workers))

    def places(self, block: int) -> range:
        """The places in a block whose events are this worker's, without keys."""
        return range((self.worker - block * BLOCK) % self.workers, BLOCK, self.workers)

    def places_by(self, keys: Sequence[bytes]) -> Sequence[int]:
        """The places in a block whose keys are this worker's."""
        if self.workers == 1:
            return range(len(keys))
        return [i for i, key in enumerate(keys) if crc32(key) % self.workers == self.worker]


class GeneratedFeed:
    """`total` events over all workers, None: without end. `run`: whose ids tell so, None: they are random."""

    def __init__(
        self, seed: int, rule: KeyRule, share: Share, total: int | None, run: str | None = None
    ) -> None:
        self._seed, self._rule, self._share, self._total, self._run = seed, rule, share, total, run
        self._block = -1
        self._before = 0
        self._numbers: Sequence[int] = ()
        self._bodies: Sequence[bytes] = ()
        self._keys: Sequence[bytes] | None = None
        self._at = 0

    def wait(self, _seconds: float) -> bool:
        """Events are made when they are asked for: there is never anything to wait for."""
        return True

    @property
    def head(self) -> int | None:
        """The next event's number is this or, while it is not known yet, a later one; None after the last."""
        known = self._at < len(self._numbers)
        number = self._numbers[self._at] if known else (self._block + 1) * BLOCK
        return None if self._total is not None and number >= self._total else number

    def numbers(self, before: int | None, most: int) -> Sequence[int]:
        """Of the next events those with numbers below `before`; they may be fewer than there are, or none."""
        limit = min((limit for limit in (before, self._total) if limit is not None), default=None)
        if self._at == len(self._numbers) and (limit is None or (self._block + 1) * BLOCK < limit):
            self._load()
        found = self._numbers[self._at : self._at + most]
        if limit is None or not found or found[-1] < limit:
            return found
        return [number for number in found if number < limit]

    def take(self, stamps: Sequence[int]) -> Taken:
        """Values and keys of the next events, one for each stamp (epoch milliseconds)."""
        start, self._at = self._at, self._at + len(stamps)
        if self._keys is not None:
            return self._taken(_dated(self._bodies[start : self._at], stamps), self._keys[start : self._at])
        if len(stamps) == len(self._numbers) and stamps[0] == stamps[-1]:  # all at once, in one pass less
            return self._taken(self._made(_tail(stamps[0])))
        self._bodies = self._bodies or self._made()
        return self._taken(_dated(self._bodies[start : self._at], stamps))

    def _taken(self, values: Sequence[bytes], keys: Sequence[bytes] | None = None) -> Taken:
        return Taken(values, keys, identified=self._run is not None)

    def _load(self) -> None:
        """The next block, in which this worker may have no event."""
        self._block += 1
        self._before += len(self._numbers)
        self._at = 0
        if self._rule.kind not in REPEATING:
            places = self._share.places(self._block)
            first = self._block * BLOCK
            self._numbers = range(first + places.start, first + places.stop, places.step)
            self._bodies = ()  # made when they are taken
        else:
            self._load_by_key()
        if self._rule.kind is KeyKind.PRODUCT:
            self._bodies = self._made()
            self._keys = [product_id(body) for body in self._bodies]

    def _load_by_key(self) -> None:
        keys = customers(self._rule, self._seed, self._block, BLOCK)
        places = self._share.places_by(keys)
        sequences = [0] * BLOCK
        for sequence, i in enumerate(places, self._before):
            sequences[i] = sequence
        made = bodies(self._seed, self._block, stamp=self._stamp(sequences))
        self._numbers = [self._block * BLOCK + i for i in places]
        self._bodies = [made[i] for i in places]
        self._keys = [keys[i] for i in places]

    def _made(self, tail: bytes = b"") -> list[bytes]:
        """The block's events of this worker, without keys."""
        stamp = self._stamp(range(self._before, self._before + len(self._numbers)))
        return bodies(self._seed, self._block, self._share.places(self._block), tail, stamp)

    def _stamp(self, sequences: Sequence[int]) -> IdStamp | None:
        return None if self._run is None else IdStamp(self._run, self._share.worker, sequences)


def _dated(made: Sequence[bytes], stamps: Sequence[int]) -> list[bytes]:
    if stamps[0] == stamps[-1]:  # they never go back
        tail = _tail(stamps[0])
        return [body + tail for body in made]
    return [b"%b%d}" % pair for pair in zip(made, stamps, strict=True)]


def _tail(stamp: int) -> bytes:
    return b"%d}" % stamp
