"""What of an event is written down."""

import pytest

from eventq.core.consume.effects import Effect, effects
from eventq.core.consume.purchase_batch import purchase_faults
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.kafka import Header

PURCHASE = b'{"productId":"372d8a68-0003-4abc-8abc-00000000002a","price":12.5,"purchasedAt":1700000000000}'
STAMPED = (("eventq", b"aaaaaaaa.1.7"),)


def slice_of(*records: tuple[bytes | None, tuple[Header, ...]]) -> RecordSlice:
    return RecordSlice(
        0,
        [value for value, _ in records],
        [0] * len(records),
        lambda i: 100 + i,
        lambda i: (None, records[i][1]),
    )


def test_an_event_tells_its_identity_by_its_id_or_by_a_header_that_wins() -> None:
    found = list(
        effects(slice_of((PURCHASE, ()), (PURCHASE, STAMPED), (PURCHASE, (("eventq", b"other"),))), {})
    )
    product = "372d8a68-0003-4abc-8abc-00000000002a"
    assert found == [
        Effect(100, "372d8a68", 3, 42, product, 12.5, 1700000000000),
        Effect(101, "aaaaaaaa", 1, 7, product, 12.5, 1700000000000),
        Effect(102, "372d8a68", 3, 42, product, 12.5, 1700000000000),
    ]


def test_what_is_malformed_has_no_effect_and_what_is_no_purchase_little_of_one() -> None:
    found = list(effects(slice_of((b"{", ()), (b"[1]", STAMPED), (None, ())), {0: "not JSON"}))
    assert found == [
        Effect(101, "aaaaaaaa", 1, 7, None, None, None),
        Effect(102, None, None, None, None, None, None),
    ]


@pytest.mark.parametrize("moment", [2**63, 2**64 - 1, -(2**63)])
def test_a_time_that_no_database_could_keep_is_malformed(moment: int) -> None:
    value = b'{"productId":"372d8a68-0003-4abc-8abc-00000000002a","price":1,"purchasedAt":%d}' % moment
    assert list(purchase_faults([value])) == [0]
    assert list(effects(slice_of((value, ())), {})) == [Effect(100, None, None, None, None, None, None)]
