import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eventq.core.errors import EventqError, StoreUnavailable
from eventq.stores.consume.jsonl import JsonLines
from tests.loops.consume.fakes import PLAN, records

MEMBER = replace(PLAN, number=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JsonLines]:
    lines = JsonLines(str(tmp_path / "lines"), MEMBER)
    yield lines
    lines.close()


def offsets(tmp_path: Path) -> list[int]:
    return [json.loads(line)["offset"] for line in (tmp_path / "lines.2").read_bytes().splitlines()]


def test_a_member_appends_to_a_file_of_its_own(store: JsonLines, tmp_path: Path) -> None:
    for first in (0, 3):
        store.open()
        store.write(records(0, first, [b"1", b"{", b"3"]), {1: "not JSON"})
    assert offsets(tmp_path) == [0, 2, 3, 5]


@pytest.mark.parametrize("size", [1, 100, 65_536, 200_000])
def test_a_line_that_a_crash_cut_off_is_removed(store: JsonLines, tmp_path: Path, size: int) -> None:
    store.open()
    store.write(records(0, 0, [b"1"]), {})
    with (tmp_path / "lines.2").open("ab") as torn:
        torn.write((b'{"topic":' + b"x" * size)[:size])
    store.open()
    store.write(records(0, 1, [b"2"]), {})
    assert offsets(tmp_path) == [0, 1]


def test_a_file_of_which_no_line_is_whole_begins_anew(store: JsonLines, tmp_path: Path) -> None:
    (tmp_path / "lines.2").write_bytes(b'{"topic":')
    store.open()
    assert (tmp_path / "lines.2").read_bytes() == b""


@pytest.mark.parametrize(
    "content", [b"precious", b"precious\n", b'{"topic":"a"}\nprecious', b"precious\n" + b'{"topic":"a"}\n']
)
def test_a_file_of_others_is_left_as_it_is(store: JsonLines, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lines.2").write_bytes(content)
    with pytest.raises(EventqError, match="something else than events"):
        store.open()
    assert (tmp_path / "lines.2").read_bytes() == content


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file"):
        JsonLines(str(tmp_path / "none" / "lines"), MEMBER).open()
