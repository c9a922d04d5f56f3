"""An audit finds what was planted, each name of it, and nothing else: whatever it had found before."""

from pathlib import Path

import pytest

from eventq.core.consume.delivery import Delivery
from eventq.core.kafka import Isolation
from eventq.core.ledger.lines import Fate
from eventq.core.verify import planting
from eventq.core.verify.names import Name
from eventq.core.verify.self_test import SelfTest
from eventq.core.verify.sink_pass import SinkRows
from eventq.loops.verify.audit import KafkaAccess, look
from eventq.loops.verify.judge import AuditPlan, LogAccess, judge
from eventq.loops.verify.ledgers import Ledgers
from eventq.loops.verify.self_test import self_test
from tests.verify_world import TOPIC, Reader, Sink, TestClock, World, _within, event_id, value


def self_tested(world: World, folder: Path) -> SelfTest:
    ledger, clock = str(world.write(folder / "run.ledger")), TestClock()
    plan = AuditPlan(TOPIC, "g", Delivery.EXACTLY_ONCE, Isolation.READ_COMMITTED)
    sink, audited = Sink(world.processed, world.partitions), Ledgers([ledger])
    cluster = KafkaAccess(lambda: _within(world), lambda: _within(Reader(world)))
    found = judge(plan, audited, [sink], lambda runs: look(plan, runs, cluster, clock), clock)
    log = look(plan, audited.runs, cluster, clock)
    assert isinstance(log, LogAccess)
    return self_test(plan, ledger, audited, sink, log, found, clock)


def ordered(count: int = 100, **line: object) -> World:
    """A world whose sink tells the partitions of its rows."""
    world = World(count, **line)
    world.partitions = [k % 2 for k in range(count)]
    return world


def test_one_of_every_name_is_planted_and_found_and_nothing_else(tmp_path: Path) -> None:
    found = self_tested(ordered(), tmp_path)
    assert (found.can_fail, found.missed, found.wrong) == (True, [], [])
    assert found.planted == set(Name)


def test_stamps_in_headers_are_planted_too(tmp_path: Path) -> None:
    world = World(100, stamp="header")
    world.headers = True
    world.processed = [b"372d8a68.0.%d" % k for k in range(100)]
    world.partitions = [k % 2 for k in range(100)]
    found = self_tested(world, tmp_path)
    assert (found.can_fail, len(found.planted)) == (True, len(Name))


def test_a_sink_without_order_has_no_order_to_spoil(tmp_path: Path) -> None:
    found = self_tested(World(100), tmp_path)
    assert (found.can_fail, dict(found.left_out)) == (True, {Name.REORDERED: "the sink keeps no order"})


def test_what_was_found_before_is_not_taken_for_planted(tmp_path: Path) -> None:
    world = ordered()
    world.fates = {17: Fate.FAILED, 18: Fate.UNKNOWN, 19: Fate.ABORTED}
    del world.log[0][20]
    world.log[1][50] = value(3)
    world.processed[60] = event_id(61)
    world.commits[1] = 45
    found = self_tested(world, tmp_path)
    assert (found.can_fail, found.missed, found.wrong) == (True, [], [])
    assert found.planted >= set(Name) - {Name.INCONSISTENT}


def test_a_ledger_without_an_end_knows_no_phantom(tmp_path: Path) -> None:
    world = ordered()
    world.ended = False
    found = self_tested(world, tmp_path)
    assert (found.can_fail, dict(found.left_out)) == (True, {Name.PHANTOM: "the ledger has no end"})


@pytest.mark.parametrize("count", [0, 1, 3, 5, 6, 7, 20])
def test_a_small_run_is_planted_with_what_it_has_room_for(tmp_path: Path, count: int) -> None:
    found = self_tested(ordered(count), tmp_path)
    assert (found.can_fail, found.missed, found.wrong) == (True, [], [])
    assert len(found.planted) >= len(Name) - 8 + min(count, 6)


def test_events_that_were_all_processed_twice_are_planted_with_all_but_a_repetition(tmp_path: Path) -> None:
    world = World(100)
    world.processed = [event_id(k) for k in range(100) for _ in range(2)]
    world.partitions = [k % 2 for k in range(100) for _ in range(2)]
    found = self_tested(world, tmp_path)
    assert (found.can_fail, found.missed, found.wrong) == (True, [], [])
    assert dict(found.left_out) == {Name.DUPLICATE: "no event is left to plant it in"}


def test_a_run_that_is_out_of_order_is_planted_with_all_else(tmp_path: Path) -> None:
    world = ordered()
    world.processed[20], world.processed[22] = world.processed[22], world.processed[20]
    found = self_tested(world, tmp_path)
    assert (found.can_fail, set(found.left_out)) == (True, {Name.REORDERED})


def test_an_audit_that_overlooks_something_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planting.Planting, "last_rows", lambda _self: SinkRows(identities=[]))
    found = self_tested(ordered(), tmp_path)
    assert not found.can_fail
    assert Name.DUPLICATE in found.missed
