"""Which transactions are aborted, and what becomes of the events of one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.errors import UsageError
from eventq.core.ledger.lines import Fate
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.open_transaction import OpenTransaction
from eventq.core.produce.report import Deliveries
from eventq.core.produce.transactions import (
    TransactionEnd,
    TransactionPlan,
    abort_choice,
    parse_share,
)


def plan(share: str) -> TransactionPlan:
    return TransactionPlan(10, "p", 60, parse_share(share))


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("10%", Fraction(1, 10)),
        ("0.5%", Fraction(1, 200)),
        ("100%", Fraction(1)),
        (" 33% ", Fraction(33, 100)),
    ],
)
def test_a_share_is_exact(text: str, share: Fraction) -> None:
    assert parse_share(text) == share


@pytest.mark.parametrize("text", ["", "10", "0.1", "0%", "101%", "-1%", "ten%", "1.23456%", "10 %"])
def test_what_is_no_share_of_all_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="not a share"):
        parse_share(text)


@given(st.integers(1, 1000), st.integers(0, 2**64), st.integers(0, 9))
def test_of_each_block_exactly_the_share_is_aborted(tenths: int, seed: int, worker: int) -> None:
    share = Fraction(tenths, 1000)
    chosen = abort_choice(plan(f"{tenths // 10}.{tenths % 10}%"), seed, worker)
    block = share.denominator
    for first in (0, 3 * block):
        assert sum(map(chosen, range(first, first + block))) == share.numerator


def test_the_same_seed_aborts_the_same_and_another_or_another_worker_does_not() -> None:
    def numbers(seed: int, worker: int) -> list[int]:
        return [n for n in range(1000) if abort_choice(plan("10%"), seed, worker)(n)]

    assert numbers(7, 0) == numbers(7, 0)
    assert numbers(7, 0) != numbers(8, 0)
    assert numbers(7, 0) != numbers(7, 1)


def test_without_a_share_none_is_aborted() -> None:
    assert not any(map(abort_choice(TransactionPlan(10, "p", 60), 7, 0), range(1000)))


def test_a_worker_has_a_transactional_id_of_its_own_that_only_its_prefix_and_number_make() -> None:
    assert TransactionPlan(10, "orders", 60).id(3) == "orders.3"


def opened(count: int) -> OpenTransaction:
    """From the sequence number 100 on; due at second 5, acknowledged at second 6, but for the last two."""
    transaction = OpenTransaction(0, 100, 5.0, Settlements())
    transaction.count = count
    held, settlements = transaction.deliveries, transaction.settlements
    assert settlements is not None
    held.acknowledge(1, 40, 40 + count - 3, count - 2)
    held.time(1000.0, 6.0, count - 2)
    settlements.acked([(100, 100 + count - 3)], {1: (40, 40 + count - 3, count - 2)})
    return transaction


def test_events_of_a_committed_transaction_are_acknowledged_when_it_is() -> None:
    transaction = opened(10)
    transaction.count = 8
    total, ledger = Deliveries(), Settlements()
    transaction.settle(TransactionEnd.COMMITTED, None, 9.0, total, ledger)
    assert (total.acked, total.settled, total.ack_ms.max, total.last_at) == (8, 8, 4000.0, 9.0)
    assert (total.partitions[1].first_offset, total.partitions[1].last_offset) == (40, 47)
    (line,) = ledger.take()
    assert (line.fate, line.spans, line.offsets) == (Fate.ACKED, [(100, 107)], {1: (40, 47, 8)})
    assert total.transactions == {TransactionEnd.COMMITTED: 1}


@pytest.mark.parametrize(
    ("end", "fate"),
    [
        (TransactionEnd.ABORTED, Fate.ABORTED),
        (TransactionEnd.FAILED, Fate.ABORTED),
        (TransactionEnd.UNKNOWN, Fate.UNKNOWN),
    ],
)
def test_no_event_of_any_other_counts_as_acknowledged_and_a_refused_one_stays_refused(
    end: TransactionEnd, fate: Fate
) -> None:
    transaction = opened(10)
    transaction.deliveries.refuse(Fate.FAILED, "MESSAGE_TOO_LARGE")
    assert transaction.settlements is not None
    transaction.settlements.settled(Fate.FAILED, "MESSAGE_TOO_LARGE", [(108, 108)])
    total, ledger = Deliveries(), Settlements()
    transaction.settle(end, "WHY", 9.0, total, ledger)
    assert (total.acked, total.failed, total.unknown + total.aborted) == (0, 1, 9)
    assert total.unknown == (9 if fate is Fate.UNKNOWN else 0)
    assert total.errors == {"MESSAGE_TOO_LARGE": 1, "WHY": 9}
    assert total.partitions == {}
    failed, others = ledger.take()
    assert (failed.fate, failed.spans) == (Fate.FAILED, [(108, 108)])
    assert (others.fate, others.why, others.spans) == (fate, "WHY", [(100, 107), (109, 109)])


def test_events_that_were_aborted_on_purpose_are_no_errors() -> None:
    total, ledger = Deliveries(), Settlements()
    opened(10).settle(TransactionEnd.ABORTED, None, 9.0, total, ledger)
    assert (total.aborted, total.errors) == (10, {})
    (line,) = ledger.take()
    assert (line.fate, line.why, line.spans) == (Fate.ABORTED, None, [(100, 109)])
