"""From reports that do not name their event to what became of each event of a batch."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.ledger.lines import Fate, SettledLine
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.batch_fates import BatchFates
from eventq.core.produce.generate import BLOCK, IdStamp, bodies

fates = st.lists(st.sampled_from(Fate), min_size=1, max_size=40)


def told(lines: list[SettledLine]) -> dict[int, Fate]:
    return {n: line.fate for line in lines for first, last in line.spans for n in range(first, last + 1)}


def report(batch: BatchFates, truth: list[Fate], values: list[bytes], order: list[int]) -> None:
    for index in order:
        if truth[index] is Fate.ACKED:
            batch.acked(0, index, index, 1)
        else:
            batch.refused(values[index], truth[index], "because")


@given(fates, st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_each_event_of_values_that_differ_has_its_own_fate(
    truth: list[Fate], first: int, random: Random
) -> None:
    settlements, values = Settlements(), [b"%d" % i for i in range(len(truth))]
    order = random.sample(range(len(truth)), len(truth))
    report(BatchFates(settlements, len(values), first, values), truth, values, order)
    assert told(settlements.take()) == {first + i: fate for i, fate in enumerate(truth)}


@given(fates, st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_a_stamped_event_is_known_by_its_id_alone(truth: list[Fate], first: int, random: Random) -> None:
    settlements = Settlements()
    stamp = IdStamp("372d8a68", 3, range(first, first + len(truth)))
    values = bodies(7, 0, range(BLOCK - len(truth), BLOCK), b"1}", stamp)
    order = random.sample(range(len(truth)), len(truth))
    report(BatchFates(settlements, len(truth), first), truth, values, order)
    assert told(settlements.take()) == {first + i: fate for i, fate in enumerate(truth)}


@given(fates, st.randoms(use_true_random=False))
def test_of_equal_values_no_event_is_told_a_fate_that_it_did_not_have(
    truth: list[Fate], random: Random
) -> None:
    settlements, values = Settlements(), [random.choice([b"a", b"b"]) for _ in truth]
    order = random.sample(range(len(truth)), len(truth))
    report(BatchFates(settlements, len(values), 0, values), truth, values, order)
    found = told(settlements.take())
    assert all(found[i] in (fate, Fate.UNKNOWN) for i, fate in enumerate(truth))


def test_a_batch_without_its_last_report_is_not_told_of() -> None:
    settlements = Settlements()
    batch = BatchFates(settlements, 3, 7, [b"a", b"b", b"c"])
    batch.acked(0, 10, 11, 2)
    assert settlements.take() == []
    batch.refused_at(2, Fate.FAILED, "MESSAGE_TOO_LARGE")
    assert settlements.take() == [
        SettledLine(Fate.ACKED, [(7, 8)], None, {0: (10, 11, 2)}),
        SettledLine(Fate.FAILED, [(9, 9)], "MESSAGE_TOO_LARGE"),
    ]


def test_an_acknowledgement_without_offset_is_one_all_the_same() -> None:
    settlements = Settlements()
    BatchFates(settlements, 1, 0, [b"a"]).acked(3, -1, -1, 1)
    assert settlements.take() == [SettledLine(Fate.ACKED, [(0, 0)])]
