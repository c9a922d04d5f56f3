"""The lines of a ledger: what is written can be read, what is not whole is not read."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.ledger.lines import (
    EndLine,
    Fate,
    Line,
    OfferLine,
    RunLine,
    SettledLine,
    UnknownVersion,
    UnreadableLine,
    decoded,
    encoded,
)
from eventq.core.ledger.reading import whole_lines, whole_size
from eventq.core.ledger.settlements import Settlements, merged

RUN = RunLine("372d8a68", 0, 2, "orders", "Zf8", None, "all", True, "id", 7, "2026-01-31T12:00:00.000Z")
LINES: list[Line] = [
    RUN,
    OfferLine(50_000),
    SettledLine(Fate.ACKED, [(0, 999), (1500, 1999)], None, {0: (0, 512, 513), 3: (9, 995, 987)}),
    SettledLine(Fate.FAILED, [(1200, 1200)], "MESSAGE_TOO_LARGE"),
    SettledLine(Fate.UNKNOWN, [(1300, 1400)], "TIMED_OUT"),
    SettledLine(Fate.ABORTED, [(1401, 1499)]),
    EndLine(2000, 1500, 1, 101, 99, 0, complete=True),
]
TEXTS = [encoded(line) for line in LINES]

spans = st.lists(st.integers(0, 200).flatmap(lambda a: st.tuples(st.just(a), st.integers(a, a + 20))))


@pytest.mark.parametrize("line", LINES, ids=lambda line: type(line).__name__)
def test_a_line_is_read_as_it_was_written(line: Line) -> None:
    assert decoded(encoded(line)) == line


def test_a_ledger_that_is_cut_at_any_byte_gives_its_whole_lines_and_nothing_else() -> None:
    whole = b"".join(TEXTS)
    ends = list(itertools.accumulate(map(len, TEXTS)))
    for cut in range(len(whole) + 1):
        texts = whole[:cut].splitlines(keepends=True)
        count = sum(end <= cut for end in ends)
        assert list(whole_lines(texts)) == LINES[:count]
        assert whole_size(texts) == sum(map(len, TEXTS[:count]))


@pytest.mark.parametrize("at", range(len(TEXTS[2]) - 1))
def test_an_altered_byte_is_noticed_and_ends_the_reading(at: int) -> None:
    altered = bytearray(TEXTS[2])
    altered[at] ^= 1
    texts = [*TEXTS[:2], bytes(altered), *TEXTS[3:]]
    assert list(whole_lines(texts)) == LINES[:2]


@pytest.mark.parametrize("text", [b"", b"\n", b"00000000 \n", b"no ledger at all\n", TEXTS[0][:-1]])
def test_what_is_no_line_is_unreadable(text: bytes) -> None:
    with pytest.raises(UnreadableLine):
        decoded(text)


def test_a_run_of_another_version_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eventq.core.ledger.lines.VERSION", 2)
    newer = encoded(RUN)
    monkeypatch.undo()
    with pytest.raises(UnknownVersion, match="reads version 1"):
        decoded(newer)


@given(spans)
def test_merged_spans_cover_the_same_numbers_in_order_and_apart(given_spans: list[tuple[int, int]]) -> None:
    found = merged(given_spans)
    covered = {n for first, last in given_spans for n in range(first, last + 1)}
    assert [n for first, last in found for n in range(first, last + 1)] == sorted(covered)
    assert all(one[1] + 1 < other[0] for one, other in itertools.pairwise(found))


def test_settlements_are_told_of_once_in_few_lines() -> None:
    settlements = Settlements()
    settlements.acked([(0, 999)], {0: (10, 509, 500), 1: (7, 506, 500)})
    settlements.acked([(1000, 1499), (1501, 1999)], {1: (507, 1505, 999)})
    settlements.settled(Fate.FAILED, "MESSAGE_TOO_LARGE", [(1500, 1500)])
    assert settlements.take() == [
        SettledLine(Fate.ACKED, [(0, 1499), (1501, 1999)], None, {0: (10, 509, 500), 1: (7, 1505, 1499)}),
        SettledLine(Fate.FAILED, [(1500, 1500)], "MESSAGE_TOO_LARGE"),
    ]
    assert settlements.take() == []
