"""The partition of a key."""

import pytest

from eventq.core.produce.partitioner import KeyPartitions, murmur2


@pytest.mark.parametrize(
    ("key", "hashed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
    ids=["two", "six", "long", "longer", "longest", "three"],
)
def test_a_key_hashes_as_in_the_java_client(key: bytes, hashed: int) -> None:
    assert murmur2(key) == hashed & 0xFFFFFFFF


def test_a_key_keeps_its_partition() -> None:
    partitions = KeyPartitions(10)
    assert [partitions.of(b"foobar"), partitions.of(b"foobar")] == [(-790332482 & 0x7FFFFFFF) % 10] * 2
