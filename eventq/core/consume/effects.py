"""What a sink writes down of each event: where it was read, which it is, and what it says."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from eventq.core.consume.record_slice import RecordSlice
from eventq.core.identity import HEADER, Identity, of_header, of_product_id
from eventq.core.purchase import Malformed, decode


class Effect(NamedTuple):
    """`run`, `worker` and `sequence` are null where the event does not say which it is; so is the rest of
    what is no Purchase. `purchased_at` in epoch milliseconds.
    """

    offset: int
    run: str | None
    worker: int | None
    sequence: int | None
    product: str | None
    price: float | None
    purchased_at: int | None


def effects(records: RecordSlice, faults: Mapping[int, str]) -> Iterator[Effect]:
    """Of every record that is not malformed, in their order."""
    for i, value in enumerate(records.values):
        if i in faults:
            continue
        yield _effect(records, i, value)


def _effect(records: RecordSlice, i: int, value: bytes | None) -> Effect:
    try:
        found = decode(value)
    except Malformed:  # values of any form may be asked for
        product, price, moment = None, None, None
    else:
        product, price, moment = found.product_id, found.price, found.purchased_at
    run, worker, sequence = identity(records, i, product) or (None, None, None)
    return Effect(records.offset(i), run, worker, sequence, product, price, moment)


def identity(records: RecordSlice, i: int, product: str | None) -> Identity | None:
    """Which event record `i` is, of which `product` is the id: a header says it also of one whose id somebody
    else has made.
    """
    for name, value in records.extras(i)[1]:
        if name == HEADER and (found := of_header(value)) is not None:
            return found
    return None if product is None else of_product_id(product)
