"""A saved plan moves commits: it means what was saved, or it is refused with its line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.errors import UsageError
from eventq.core.group.reset import ResetPlan, ResetRow
from eventq.core.group.reset_saved import SavedPlan, decode
from eventq.core.kafka import Bounds, TopicPartition
from eventq.views.group.reset_json import table

PLAIN = "group,topic,partition,committed\ng,orders,0,10\nh,orders,0,90\ng,orders,1,\n"
MEANT = {TopicPartition("orders", 0): 10, TopicPartition("orders", 1): None}


def offsets(raw: bytes, group: str = "g") -> dict[TopicPartition, int | None]:
    return SavedPlan(decode(raw, "file.csv"), "file.csv").offsets(group)


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.encode() + b"\n\n",
        PLAIN.replace("\nh", "\n\nh").encode(),
        b'"group","topic","partition","committed"\n"g","orders","0","10"\n"g","orders","1",""\n',
        b"committed,partition,note,topic,group\n10,0,a b,orders,g\n,1,,orders,g\n",
        b"topic,partition,committed\norders,0,10\norders,1,\n",
    ],
)
def test_what_is_left_whole_means_what_was_saved(raw: bytes) -> None:
    assert offsets(raw) == MEANT


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "no column topic, partition, committed"),
        (b"topic,partition\n", "no column committed"),
        (b"topic,partition,committed\n", "nothing of group g"),
        (b"group,topic,partition,committed\nother,orders,0,1\n", "nothing of group g"),
        (PLAIN.encode("utf-16"), "UTF-16"),
        (PLAIN.encode("utf-16-le"), "line 1: a NUL byte"),
        (PLAIN.replace("1,\n", "1,\0\n").encode(), "line 4: a NUL byte"),
        (b"group,topic,partition,committed\ng,orders,0,1\ng,\xff,0,1\n", "line 3: not UTF-8"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN.encode(), "line 1: a column that a saved plan does not have"),
        (PLAIN.replace("group", "Group", 1).encode(), "line 1: a column that a saved plan does not have"),
        (PLAIN.replace("group", " group", 1).encode(), "line 1: a column that a saved plan does not have"),
        (PLAIN.replace(",", ";").encode(), "no column"),
        (PLAIN.replace(",", "\t").encode(), "no column"),
        (b"group,topic,partition,committed,committed\ng,orders,0,1,2\n", "line 1: the column committed"),
        (PLAIN.encode() + PLAIN.encode(), "line 5: the header again"),
        (PLAIN.encode() + b"g,orders,0,11\n", "line 5: orders:0 stands in line 2 too"),
        (b"topic,partition,committed\na,0,1\na,0,1\n", "line 3: a:0 stands in line 2 too"),
        (PLAIN.encode()[:-1], "line 4: the last line has no end"),
        (PLAIN.encode() + b"g,orders,2,12", "line 5: the last line has no end"),
        (PLAIN.encode() + b"g,orders,2\n", "line 5: 3 fields, where the header has 4"),
        (PLAIN.encode() + b"g,orders,2,1,000\n", "line 5: 5 fields, where the header has 4"),
        (PLAIN.encode() + b",,,\n", "line 5: the group ''"),
        (PLAIN.encode() + b"g ,orders,2,1\n", "line 5: the group 'g ' is nearly 'g'"),
        (PLAIN.encode() + b"G,orders,2,1\n", "line 5: the group 'G' is nearly 'g'"),
        (PLAIN.encode() + b'g,orders,2,"1,000"\n', "line 5: not an offset: '1,000'"),
        (PLAIN.encode() + b"g,orders,2,1E+05\n", "line 5: not an offset: '1E[+]05'"),
        (PLAIN.encode() + b"g,orders,2,10.0\n", "line 5: not an offset: '10.0'"),
        (PLAIN.encode() + b"g,orders,2,-3\n", "line 5: not an offset: '-3'"),
        (PLAIN.encode() + b"g,orders,2,12 \n", "line 5: not an offset: '12 '"),
        (PLAIN.encode() + b"g,orders,2,=1+1\n", "line 5: not an offset: '=1"),
        (PLAIN.encode() + b"g,orders,2,99999999999999999999\n", "line 5: not an offset"),
        (PLAIN.encode() + b"g,orders,2,\xd9\xa3\n", "line 5: not an offset"),
        (PLAIN.encode() + b"g,orders,x,1\n", "line 5: not a partition: 'x'"),
        (PLAIN.encode() + b"g,orders,,1\n", "line 5: not a partition: ''"),
        (PLAIN.encode() + b"g,orders,2147483648,1\n", "line 5: not a partition"),
        (PLAIN.encode() + b"g,=orders,2,1\n", "line 5: not a name for a topic"),
        (PLAIN.encode() + b"g,,2,1\n", "line 5: not a name for a topic"),
        (PLAIN.encode() + b'g,"orders,2,1\n', "line 5: "),
        (PLAIN.encode() + b'g,"orders"x,2,1\n', "line 5: "),
        (b"topic,partition,committed,error\na,0,,no answer\n", "line 2: no committed offset"),
        (b"topic,partition,committed,status\na,0,,error\n", "line 2: no committed offset"),
        (b"topic,partition,committed,status\na,0,,ok\n", "line 2: no committed offset"),
    ],
)
def test_what_was_altered_is_refused_with_its_line(raw: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        offsets(raw)


@pytest.mark.parametrize(("sign", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_named(sign: str, word: str) -> None:
    with pytest.raises(UsageError) as refused:
        offsets(PLAIN.replace(",", sign).encode())
    assert word in (refused.value.hint or "")


ROWS = st.dictionaries(
    st.tuples(st.from_regex(r"[A-Za-z0-9._-]{3,20}", fullmatch=True), st.integers(0, 2**31 - 1)),
    st.none() | st.integers(0, 2**63 - 1),
    min_size=1,
    max_size=8,
)


def saved(rows: dict[tuple[str, int], int | None]) -> bytes:
    made = tuple(ResetRow(TopicPartition(*key), Bounds(0, 9), offset) for key, offset in rows.items())
    return table(ResetPlan("g", "Empty", (), made)).encode()


@given(ROWS)
def test_what_was_saved_comes_back(rows: dict[tuple[str, int], int | None]) -> None:
    assert offsets(saved(rows)) == rows


@given(ROWS, st.data())
def test_a_file_cut_within_a_line_is_refused(
    rows: dict[tuple[str, int], int | None], data: st.DataObject
) -> None:
    raw = saved(rows)
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    if not cut.endswith(b"\n"):
        with pytest.raises(UsageError):
            offsets(cut)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: (PLAIN + text).encode(errors="replace")),
    )
)
def test_any_bytes_are_a_plan_or_a_usage_error(raw: bytes) -> None:
    with suppress(UsageError):
        assert all(offset is None or offset >= 0 for offset in offsets(raw).values())
