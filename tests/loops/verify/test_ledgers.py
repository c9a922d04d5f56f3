"""Which ledgers are read, and that what is missing of one never makes a false loss or a false phantom."""

from pathlib import Path

import pytest

from eventq.core.errors import UsageError
from eventq.core.ledger.lines import EndLine, Fate, Line, OfferLine, RunLine, SettledLine, encoded
from eventq.core.verify.names import Name
from eventq.loops.verify.ledgers import Ledgers
from tests.verify_world import RUN, World, event_id, run_line, value

OTHER = "0badcafe"


def lines_of(line: RunLine, count: int) -> list[Line]:
    offsets = {0: (0, count - 1, count)}
    acked = SettledLine(Fate.ACKED, [(0, count - 1)], None, offsets)
    return [line, OfferLine(count), acked, EndLine(count, count, 0, 0, 0, 0, complete=True)]


def write(path: Path, *lines: Line) -> Path:
    path.write_bytes(b"".join(map(encoded, lines)))
    return path


@pytest.mark.parametrize("log", [True, False])
def test_a_ledger_that_is_cut_at_any_byte_makes_nothing_lost_and_nothing_a_phantom(
    tmp_path: Path, log: bool
) -> None:
    world = World(40)
    whole = world.write(tmp_path / "whole").read_bytes()
    first = len(encoded(world.run))
    path = tmp_path / "cut"
    for cut in range(first, len(whole) + 1):
        path.write_bytes(whole[:cut])
        found = world.audit(tmp_path, ledgers=[path], group=log, log=log)
        counted = {name for name in Name if found.count(name)}
        assert counted <= {Name.UNKNOWN_PRESENT, Name.UNKNOWN_ABSENT}, cut
        assert found.complete is (cut == len(whole))


def test_a_lost_event_is_still_found_by_what_is_left_of_a_ledger(tmp_path: Path) -> None:
    world = World(40)
    world.processed.remove(event_id(3))
    whole = world.write(tmp_path / "whole").read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(whole[:-10])
    assert world.audit(tmp_path, ledgers=[path]).count(Name.LOST) == 1


def test_a_ledger_that_is_cut_within_its_first_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut"
    path.write_bytes(encoded(run_line())[:-1])
    with pytest.raises(UsageError, match="no whole line"):
        Ledgers([str(path)]).read()


def test_a_missing_workers_file_is_refused_and_a_cut_one_is_incomplete(tmp_path: Path) -> None:
    path = write(tmp_path / "run", *lines_of(run_line(0, 2), 20))
    with pytest.raises(UsageError, match=r"run\.1 is missing, the ledger of worker 1 of 2"):
        Ledgers([str(path)]).read()
    second = b"".join(map(encoded, lines_of(run_line(1, 2), 20)))
    world = World(0)
    world.log = {0: {k: value(k) for k in range(20)}, 1: {k: value(k, 1) for k in range(20)}}
    world.processed = [event_id(k, worker) for k in range(20) for worker in (0, 1)]
    for cut in range(len(second) + 1):
        (tmp_path / "run.1").write_bytes(second[:cut])
        found = world.audit(tmp_path, ledgers=[path], log=False)
        assert {name for name in Name if found.count(name)} <= {Name.UNKNOWN_PRESENT, Name.UNKNOWN_ABSENT}
        assert found.complete is (cut == len(second))


def test_workers_files_that_are_named_as_well_count_once(tmp_path: Path) -> None:
    first = write(tmp_path / "run", *lines_of(run_line(0, 2), 20))
    second = write(tmp_path / "run.1", *lines_of(run_line(1, 2), 30))
    runs = Ledgers([str(second), str(first), str(first)]).read()
    assert [len(events.state) for events in runs.by_name[RUN].workers] == [20, 30]
    with pytest.raises(UsageError, match="ledger of worker 1"):
        Ledgers([str(second)]).read()


def test_a_ledger_with_a_number_that_is_no_workers_is_one_of_its_own(tmp_path: Path) -> None:
    first = write(tmp_path / "run", *lines_of(run_line(), 20))
    second = write(tmp_path / "run.1", *lines_of(run_line(run=OTHER), 30))
    assert set(Ledgers([str(first), str(second)]).read().by_name) == {RUN, OTHER}


def test_one_file_may_tell_of_several_runs_and_several_files_of_several(tmp_path: Path) -> None:
    both = [*lines_of(run_line(), 20), *lines_of(run_line(0, 2, run=OTHER), 30)]
    appended = write(tmp_path / "appended", *both)
    write(tmp_path / "appended.1", *lines_of(run_line(1, 2, run=OTHER), 5))
    third = write(tmp_path / "third", *lines_of(run_line(run="00000003"), 7))
    runs = Ledgers([str(appended), str(third)]).read()
    counts = {name: [len(events.state) for events in run.workers] for name, run in runs.by_name.items()}
    assert counts == {RUN: [20], OTHER: [30, 5], "00000003": [7]}
    assert runs.complete


def test_events_of_several_runs_and_workers_are_told_apart(tmp_path: Path) -> None:
    first = write(tmp_path / "first", *lines_of(run_line(0, 2), 20))
    write(tmp_path / "first.1", *lines_of(run_line(1, 2), 20))
    second = write(tmp_path / "second", *lines_of(run_line(run=OTHER), 20))
    world = World(0)
    world.processed = [
        event
        for k in range(20)
        for event in (event_id(k), event_id(k, 1).upper().encode(), event_id(k, run=OTHER))
    ]
    world.processed.remove(event_id(4, run=OTHER))
    world.processed.append(event_id(20, 1))
    found = world.audit(tmp_path, log=False, ledgers=[first, second])
    assert {name: found.count(name) for name in Name if found.count(name)} == {
        Name.LOST: 1,
        Name.PHANTOM: 1,
    }
    by_run = {run.run: (run.acked, run.names.get(Name.LOST, 0)) for run in found.runs}
    assert by_run == {RUN: (40, 0), OTHER: (20, 1)}


def test_a_run_that_two_ledgers_tell_of_is_refused(tmp_path: Path) -> None:
    first = write(tmp_path / "a", *lines_of(run_line(), 20))
    second = write(tmp_path / "b", *lines_of(run_line(), 20))
    with pytest.raises(UsageError, match="in another ledger too"):
        Ledgers([str(first), str(second)]).read()


def test_a_ledger_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read: No such file"):
        Ledgers([str(tmp_path / "none")]).read()


def test_a_ledger_that_grows_meanwhile_is_read_twice_up_to_the_same_line(tmp_path: Path) -> None:
    path = write(tmp_path / "run", *lines_of(run_line(), 20)[:-1])
    ledgers = Ledgers([str(path)])
    ledgers.read()
    with path.open("ab") as file:
        file.write(encoded(SettledLine(Fate.ACKED, [(20, 29)])))
    told: list[Line] = []
    ledgers.again(lambda _events, line: told.append(line))
    assert len(told) == 2
