from hypothesis import given
from hypothesis import strategies as st

from eventq.core.consume.beginning import Beginning, PartitionOffsets, beginning, outside
from eventq.core.consume.report import Reset
from eventq.core.start import Start, StartKind

_P = 3
_STARTS = st.builds(Start, st.sampled_from(StartKind), st.integers(0, 2000))


@st.composite
def logs(draw: st.DrawFn, *, committed: st.SearchStrategy[int | None]) -> PartitionOffsets:
    log_start = draw(st.integers(0, 500))
    end = draw(st.integers(log_start, 1000))
    at_time = draw(st.none() | st.integers(log_start, end))
    return PartitionOffsets(log_start, end, draw(committed), at_time)


_FRESH = logs(committed=st.none())
_KNOWN = logs(committed=st.integers(0, 1500))
_ANY = _FRESH | _KNOWN


@given(_STARTS, _FRESH)
def test_without_a_commit_the_start_lies_in_the_log_and_is_to_be_committed(
    start: Start, known: PartitionOffsets
) -> None:
    found = beginning(_P, start, known)
    assert known.log_start <= found.offset <= known.end
    assert found.fresh
    assert found.reset is None
    assert found.skipped == (found.offset - known.log_start if start.kind is StartKind.END else 0)


@given(_FRESH)
def test_each_kind_of_start_begins_where_it_says(known: PartitionOffsets) -> None:
    assert beginning(_P, Start(), known).offset == known.end
    assert beginning(_P, Start(StartKind.BEGINNING), known).offset == known.log_start
    in_the_log = Start(StartKind.OFFSET, known.log_start)
    assert beginning(_P, in_the_log, known).offset == known.log_start
    assert beginning(_P, Start(StartKind.OFFSET, known.end + 1), known).offset == known.end
    by_time = beginning(_P, Start(StartKind.TIME, 1), known).offset
    assert by_time == (known.end if known.at_time is None else known.at_time)


@given(_STARTS, _KNOWN)
def test_a_commit_counts_whatever_start_was_asked_for(start: Start, known: PartitionOffsets) -> None:
    assert beginning(_P, start, known) == beginning(_P, Start(), known)
    assert not beginning(_P, start, known).fresh


@given(_STARTS, _ANY, st.integers(0, 1500))
def test_a_position_of_the_sinks_own_wins_over_the_commit(
    start: Start, known: PartitionOffsets, own: int
) -> None:
    assert beginning(_P, start, known, own).offset == max(own, known.log_start)


@given(_STARTS, _ANY)
def test_a_sink_that_took_over_the_groups_beginning_changes_nothing_of_it(
    start: Start, known: PartitionOffsets
) -> None:
    by_group = beginning(_P, start, known)
    assert beginning(_P, start, known, by_group.offset) == by_group


@given(_STARTS, _ANY, st.none() | st.integers(0, 1500))
def test_nothing_that_can_still_be_read_is_skipped_by_a_reset_and_the_loss_is_exact(
    start: Start, known: PartitionOffsets, own: int | None
) -> None:
    found = beginning(_P, start, known, own)
    remembered = known.committed if own is None else own
    if found.reset is None:
        assert remembered is None or found.offset == remembered >= known.log_start or found.fresh
    else:
        assert found.offset == found.reset.to_offset == known.log_start
        assert found.reset.lost == found.reset.to_offset - found.reset.from_offset > 0


@given(st.integers(0, 1500), st.integers(0, 1500))
def test_a_position_outside_the_log_continues_at_the_log_start(position: int, log_start: int) -> None:
    lost = max(0, log_start - position)
    reset = Reset(_P, position, log_start, lost)
    assert outside(_P, position, log_start) == Beginning(log_start, reset=reset)


def test_a_commit_below_the_log_start_says_how_many_records_were_deleted_unread() -> None:
    found = beginning(_P, Start(), PartitionOffsets(log_start=50, end=90, committed=20))
    assert found == Beginning(50, reset=Reset(_P, 20, 50, 30))


def test_a_sink_whose_position_lies_behind_the_commit_reads_those_records_again_without_a_loss() -> None:
    assert beginning(_P, Start(), PartitionOffsets(0, 90, committed=80), own=40) == Beginning(40)


def test_a_sink_that_has_read_on_hides_the_loss_of_the_groups_old_commit() -> None:
    assert beginning(_P, Start(), PartitionOffsets(50, 90, committed=20), own=60) == Beginning(60)
