import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.identity import (
    MOST_EVENTS,
    MOST_WORKERS,
    Identity,
    header_values,
    of_header,
    of_product_id,
)


@given(
    st.from_regex(r"[0-9a-f]{8}", fullmatch=True),
    st.integers(0, MOST_WORKERS - 1),
    st.integers(0, MOST_EVENTS - 1),
)
def test_a_header_gives_back_the_identity_that_it_was_made_of(run: str, worker: int, sequence: int) -> None:
    made = header_values(run, worker, sequence, 3)
    assert [of_header(each) for each in made] == [Identity(run, worker, sequence + i) for i in range(3)]


@given(st.uuids(version=4))
def test_every_random_id_has_the_form_of_an_identity(found: uuid.UUID) -> None:
    expected = Identity(str(found)[:8], int(str(found)[9:13], 16), int(str(found)[24:], 16))
    assert of_product_id(str(found)) == expected
    assert of_product_id(str(found).upper()) == expected


@pytest.mark.parametrize(
    "value", [None, b"", b"372d8a68.0", b"372D8A68.0.1", b"372d8a68.0.1 ", b"372d8a68.-1.1", b"\xff.0.1"]
)
def test_another_header_of_that_name_is_no_identity(value: bytes | None) -> None:
    assert of_header(value) is None


@pytest.mark.parametrize(
    "text", ["", "372d8a68", "7797c188-eafa-11f1-bf11-02fc00000001", str(uuid.UUID(int=0)), "é" * 36]
)
def test_an_id_of_another_form_is_no_identity(text: str) -> None:
    assert of_product_id(text) is None
