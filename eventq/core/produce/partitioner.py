"""The partition of a key, as the Java client chooses it: murmur2 of its bytes, modulo the partitions.

Source: org.apache.kafka.common.utils.Utils.murmur2 and BuiltInPartitioner.partitionForKey; both Python
clients are set to the same.
"""

_SEED = 0x9747B28C
_M = 0x5BD1E995
_R = 24
_WORD = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF
_MOST_KEPT = 100_000


def murmur2(data: bytes) -> int:
    """32 bits, unsigned."""
    length = len(data)
    found = _SEED ^ length
    whole = length & ~3
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * _M & _WORD
        k = (k ^ k >> _R) * _M & _WORD
        found = (found * _M & _WORD) ^ k
    if length > whole:
        found = (found ^ int.from_bytes(data[whole:], "little")) * _M & _WORD
    found = (found ^ found >> 13) * _M & _WORD
    return found ^ found >> 15


class KeyPartitions:
    """Of a topic with `count` partitions; keys that come again are looked up."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._known: dict[bytes, int] = {}

    def of(self, key: bytes) -> int:
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            found = self._known[key] = (murmur2(key) & _POSITIVE) % self._count
        return found
