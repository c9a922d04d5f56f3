"""Columns of ids are read as single ids are."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.identity import of_product_id
from eventq.core.ledger.lines import OfferLine
from eventq.core.verify.records import product_ids
from eventq.core.verify.runs import Runs
from eventq.core.verify.stamps import Identified, StampKind, Stamps
from tests.verify_world import RUN, event_id, run_line, value

SIZE = 1000


def stamps(workers: int = 2) -> Stamps:
    runs = Runs()
    for worker in range(workers):
        line = run_line(worker, workers)
        runs.add(runs.begin(line, "f"), OfferLine(SIZE))
    return Stamps(runs, StampKind.ID)


def events(found: Identified) -> dict[int, tuple[int, int]]:
    """Place -> worker and sequence number."""
    return {
        place: (group.events.worker, k)
        for group in found.groups
        for k, place in zip(group.sequences, group.places, strict=True)
    }


own = st.builds(event_id, st.integers(0, SIZE + 5), st.integers(0, 2))
other = st.uuids(version=4).map(str)
text = st.one_of(
    own, own.map(str.upper), other, st.uuids(version=1).map(str), st.just(""), st.text(max_size=40)
)
form = st.sampled_from([str, str.encode, lambda _text: None])


@given(st.lists(st.tuples(text, form), min_size=1))
def test_a_column_gives_what_its_ids_give_one_by_one(rows: list[tuple[str, object]]) -> None:
    column = [make(one) for one, make in rows]  # type: ignore[operator]
    found = stamps().identify(column)
    expected: dict[int, tuple[int, int]] = {}
    for place, cell in enumerate(column):
        told = cell.decode() if isinstance(cell, bytes) else cell
        one = None if told is None else of_product_id(told.strip())
        if one is not None and one.run == RUN and one.worker < 2 and one.sequence < SIZE:
            expected[place] = one.worker, one.sequence
    assert events(found) == expected
    others = len(found.beyond) + len(found.no_worker) + found.foreign + found.unstamped
    assert len(expected) + others == len(column)


@given(st.lists(st.integers(0, SIZE - 1), min_size=1), st.booleans())
def test_a_column_of_one_worker_is_read_whole(ks: list[int], upper: bool) -> None:
    column = [event_id(k, 1) for k in ks]
    found = stamps().identify([one.upper() for one in column] if upper else column)
    assert events(found) == {place: (1, k) for place, k in enumerate(ks)}


def test_an_id_in_sixteen_bytes_or_as_a_uuid_is_the_same_id() -> None:
    found = stamps().identify([uuid.UUID(event_id(7)).bytes, uuid.UUID(event_id(8, 1))])
    assert events(found) == {0: (0, 7), 1: (1, 8)}


def test_an_id_is_taken_by_its_place_only_where_every_value_has_the_compact_form() -> None:
    ids = [event_id(k) for k in range(3)]
    assert list(product_ids([value(k) for k in range(3)])) == [one.encode() for one in ids]
    longer = b'{"productId":"%bx","price":1}' % ids[0].encode()
    assert list(product_ids([value(1), longer, None, b"", b"[1]", b'{"productId":null}'])) == [
        ids[1],
        f"{ids[0]}x",
        None,
        None,
        None,
        None,
    ]
