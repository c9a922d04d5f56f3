"""The quick look at a whole batch says of every value what the look at that value alone says."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.consume.purchase_batch import json_faults, no_faults, purchase_faults
from eventq.core.purchase import fault

GOOD = b'{"productId":"3d8f6b0b-f297-4385-b20a-2b084cfbd3b8","price":12.5,"purchasedAt":1795471879279}'

_purchases = st.builds(
    lambda id_, price, at: json.dumps(
        {"productId": str(UUID(int=id_)), "price": price, "purchasedAt": at}, separators=(",", ":")
    ).encode(),
    st.integers(0, 2**128 - 1),
    st.floats(0, 20_000) | st.integers(0, 20_000),
    st.integers(-5, 10**19),
)
_spoiled = st.builds(
    lambda at, byte: GOOD[:at] + byte + GOOD[at + 1 :], st.integers(0, len(GOOD)), st.binary(max_size=2)
)
_values = st.lists(st.none() | st.binary(max_size=20) | st.just(GOOD) | _purchases | _spoiled, max_size=8)


@given(_values)
def test_a_batch_is_judged_as_each_of_its_values(values: list[bytes | None]) -> None:
    alone = {i: fault(value) for i, value in enumerate(values)}
    assert purchase_faults(values) == {i: why for i, why in alone.items() if why is not None}


@given(st.lists(_purchases | st.just(GOOD)), st.data())
def test_where_values_are_cut_makes_no_difference_to_what_is_found(
    values: list[bytes], data: st.DataObject
) -> None:
    """Records spread over values, or several in one, are malformed however well they look together."""
    text = b"\n".join(values)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert set(purchase_faults(pieces)) == {i for i, piece in enumerate(pieces) if fault(piece) is not None}


@pytest.mark.parametrize(
    "spoiled",
    [
        GOOD + b"\n",
        GOOD + b"\n" + GOOD,
        GOOD.replace(b"12.5", b"012.5"),
        GOOD.replace(b"12.5", b"10000"),
        GOOD.replace(b"3d8f", b"3D8G"),
        GOOD.replace(b"-f297", b"f-297"),
        GOOD.replace(b"purchasedAt", b"purchasedat"),
    ],
)
def test_nearly_common_values_are_judged_one_by_one(spoiled: bytes) -> None:
    found = purchase_faults([GOOD, spoiled, GOOD])
    assert found == ({} if fault(spoiled) is None else {1: fault(spoiled)})


def test_json_and_raw_have_their_own_idea_of_well_formed() -> None:
    assert json_faults([b"[1]", None, b"{"]).keys() == {1, 2}
    assert no_faults([None, b"{"]) == {}
