import json
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventq.core.identity import Identity, of_product_id
from eventq.core.produce.feed import GeneratedFeed, Share
from eventq.core.produce.generate import IdStamp, bodies, product_id, sequence
from eventq.core.produce.keys import KeyRule, parse_key


def events(feed: GeneratedFeed, sizes: list[int]) -> list[tuple[int, bytes, bytes | None]]:
    """All events of a feed, taken in pieces of these sizes over and over."""
    found: list[tuple[int, bytes, bytes | None]] = []
    while feed.head is not None:
        numbers = feed.numbers(None, sizes[len(found) % len(sizes)])
        if not numbers:
            continue
        values, keys, *_ = feed.take([1_700_000_000_000 + n for n in numbers])
        found += [(n, values[i] or b"", keys[i] if keys else None) for i, n in enumerate(numbers)]
    return found


@given(st.integers(0, 2**64))
@settings(max_examples=5, deadline=None)
def test_every_event_is_read_strictly_field_by_field(seed: int) -> None:
    for n, value, key in events(GeneratedFeed(seed, KeyRule(), Share(), 1500), [700]):
        fields = json.loads(value, parse_float=str, parse_int=str)
        assert list(fields) == ["productId", "price", "purchasedAt"]
        product = uuid.UUID(fields["productId"])
        assert (product.version, product.variant) == (4, uuid.RFC_4122)
        assert fields["productId"] == str(product)
        assert 0 <= float(fields["price"]) < 10_000
        assert fields["purchasedAt"] == str(1_700_000_000_000 + n)
        assert key is None


@pytest.mark.parametrize("key", ["none", "product", "customer:7", "zipf:7:1.1"])
@given(workers=st.integers(1, 5), sizes=st.lists(st.integers(1, 1200), min_size=1, max_size=3))
@settings(max_examples=5, deadline=None)
def test_workers_together_make_the_same_events_each_once(key: str, workers: int, sizes: list[int]) -> None:
    rule = parse_key(key)
    alone = events(GeneratedFeed(42, rule, Share(), 2345), [1000])
    shares = [events(GeneratedFeed(42, rule, Share(w, workers), 2345), sizes) for w in range(workers)]
    assert sorted(event for share in shares for event in share) == alone
    assert [n for n, _, _ in alone] == list(range(2345))
    for share in shares:
        assert share == sorted(share)
    if key != "none":
        owners = [{k for _, _, k in share} for share in shares]
        assert sum(map(len, owners)) == len(set().union(*owners))


@pytest.mark.parametrize("key", ["none", "product", "customer:7"])
@pytest.mark.parametrize("workers", [1, 3])
def test_stamped_ids_tell_run_worker_and_order_and_change_nothing_else(workers: int, key: str) -> None:
    rule = parse_key(key)
    for worker in range(workers):
        share = Share(worker, workers)
        plain = events(GeneratedFeed(5, rule, share, 3456), [700])
        stamped = events(GeneratedFeed(5, rule, share, 3456, "372d8a68"), [700, 50])
        products = [json.loads(value)["productId"] for _, value, _ in stamped]
        assert [of_product_id(each) for each in products] == [
            Identity("372d8a68", worker, sequence) for sequence in range(len(plain))
        ]
        assert {uuid.UUID(each).version for each in products} == {4}
        assert {each[15:24] for each in products} != {products[0][15:24]}
        assert [(n, value[50:]) for n, value, _ in stamped] == [(n, value[50:]) for n, value, _ in plain]
        if key == "product":
            assert [k for _, _, k in stamped] == [each.encode() for each in products]
        else:
            assert [k for _, _, k in stamped] == [k for _, _, k in plain]


@pytest.mark.parametrize("workers", [1, 3])
def test_events_of_one_moment_are_the_same_taken_at_once_or_in_pieces(workers: int) -> None:
    def values(most: int) -> list[bytes]:
        feed, found = GeneratedFeed(7, KeyRule(), Share(0, workers), 2500), list[bytes]()
        while feed.head is not None:
            found += filter(None, feed.take([1_700_000_000_000] * len(feed.numbers(None, most))).values)
        return found

    at_once = values(1000)
    assert at_once == values(300)
    assert all(json.loads(value)["purchasedAt"] == 1_700_000_000_000 for value in at_once)


def test_another_seed_makes_other_events() -> None:
    one, other = (events(GeneratedFeed(seed, KeyRule(), Share(), 1000), [1000]) for seed in (1, 2))
    assert not {value for _, value, _ in one} & {value for _, value, _ in other}


def test_keys_do_not_change_events() -> None:
    plain = events(GeneratedFeed(1, KeyRule(), Share(), 1000), [1000])
    keyed = events(GeneratedFeed(1, parse_key("zipf:10:2"), Share(), 1000), [1000])
    assert [value for _, value, _ in plain] == [value for _, value, _ in keyed]


@pytest.mark.parametrize("first", [0, 3500, 4096 - 1000, 4096 - 999, 16**6 - 7, 16**12 - 1000])
@pytest.mark.parametrize("listed", [False, True])
def test_a_stamped_id_has_its_sequence_number_whichever_digits_change(first: int, listed: bool) -> None:
    numbers = range(first, first + 1000)
    made = bodies(7, 0, stamp=IdStamp("372d8a68", 9, list(numbers) if listed else numbers))
    assert [sequence(body) for body in made] == list(numbers)
    assert {product_id(body)[:13] for body in made} == {b"372d8a68-0009"}
