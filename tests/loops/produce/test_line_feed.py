import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventq.loops.produce.line_feed import LineFeed


def drain(lines: LineFeed, most: int) -> list[bytes]:
    found: list[bytes] = []
    while lines.head is not None:
        numbers = lines.numbers(None, most)
        assert list(numbers) == list(range(len(found), len(found) + len(numbers)))
        found += filter(None, lines.take([0] * len(numbers)).values)
    return found


@given(
    st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=50), st.booleans()
)
@settings(deadline=None)
def test_lines_are_read_whole_and_in_order_whatever_they_hold(lines: list[bytes], ended: bool) -> None:
    read, write = os.pipe()
    os.write(write, b"\n".join(lines) + (b"\n" if ended and lines else b""))
    os.close(write)
    feed = LineFeed(read, None)
    assert drain(feed, 7) == [line for line in lines if line]
    os.close(read)


def test_a_writer_that_pauses_keeps_nobody_waiting() -> None:
    read, write = os.pipe()
    feed = LineFeed(read, None)
    os.write(write, b"one\ntw")
    assert list(feed.numbers(None, 10)) == [0]
    assert feed.take([0])[0] == [b"one"]
    assert list(feed.numbers(None, 10)) == []
    assert not feed.wait(0.001)
    os.write(write, b"o\n\n")
    assert feed.wait(0.001)
    assert list(feed.numbers(None, 10)) == [1]
    os.close(write)
    assert feed.take([0])[0] == [b"two"]
    assert list(feed.numbers(None, 10)) == []
    assert feed.empty == 1
    assert drain(feed, 1) == []
    os.close(read)


@pytest.mark.parametrize("before", [None, 2])
def test_no_more_lines_are_taken_than_wanted(before: int | None) -> None:
    read, write = os.pipe()
    os.write(write, b"a\nb\nc\nd\n")
    feed = LineFeed(read, 3)
    assert len(feed.numbers(before, 10)) == (3 if before is None else 2)
    os.close(write)
    assert drain(feed, 2) == [b"a", b"b", b"c"]
    os.close(read)


def test_a_fast_writer_does_not_fill_the_memory(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("lines") / "many"
    path.write_bytes(b"x" * 99 + b"\n")
    with path.open("ab") as file:
        file.writelines([b"x" * 99 + b"\n"] * 99_999)
    fd = os.open(path, os.O_RDONLY)
    feed = LineFeed(fd, None)
    assert len(feed.numbers(None, 10**9)) < 20_000
    assert len(drain(feed, 1000)) == 100_000
    os.close(fd)
