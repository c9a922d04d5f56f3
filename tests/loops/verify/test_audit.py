"""Anomalies planted one at a time: each is found, by its name and place, and nothing else."""

from pathlib import Path

import pytest

from eventq.core.consume.delivery import Delivery
from eventq.core.errors import EventqError, UsageError
from eventq.core.kafka import Isolation
from eventq.core.ledger.lines import Fate
from eventq.core.verify.findings import Example
from eventq.core.verify.names import AuditVerdict, Name
from tests.verify_world import RUN, World, event_id, run_line, value

OTHER = "0badcafe"


def test_what_was_delivered_once_and_in_order_holds_under_every_guarantee(tmp_path: Path) -> None:
    for delivery in Delivery:
        found = World().audit(tmp_path, group=True, delivery=delivery)
        assert {name: found.count(name) for name in Name if found.count(name)} == {}
        assert (found.verdict, found.complete, found.runs[0].acked, found.runs[0].processed) == (
            AuditVerdict.HOLDS,
            True,
            100,
            100,
        )


@pytest.mark.parametrize("group", [False, True])
def test_an_event_below_the_commit_that_was_not_processed_is_lost_by_the_consumer(
    tmp_path: Path, group: bool
) -> None:
    world = World()
    world.processed.remove(event_id(17))
    found = world.audit(tmp_path, group=group)
    assert world.found(tmp_path, group=group) == {Name.LOST: 1}
    assert found.examples == {Name.LOST: [Example(Name.LOST, RUN, 0, 17, 1, 8)]}
    assert (found.verdict, found.blame(Name.LOST)) == (AuditVerdict.BROKEN, "consumer")
    assert world.audit(tmp_path, delivery=Delivery.AT_MOST_ONCE).verdict is AuditVerdict.HOLDS


def test_a_group_at_99_percent_is_unfinished_and_has_lost_nothing(tmp_path: Path) -> None:
    world = World()
    del world.processed[-1]
    world.commits[1] -= 1
    found = world.audit(tmp_path, group=True)
    assert world.found(tmp_path, group=True) == {Name.PENDING: 1}
    assert (found.verdict, found.examples[Name.PENDING]) == (
        AuditVerdict.UNFINISHED,
        [Example(Name.PENDING, RUN, 0, 99, 1, 49)],
    )
    assert world.found(tmp_path, group=True, sink=False) == {Name.PENDING: 1}
    del world.commits[1]
    world.processed = [event_id(k) for k in range(0, 100, 2)]
    assert world.found(tmp_path, group=True) == {Name.PENDING: 50}


def test_what_was_processed_above_the_commit_is_not_pending(tmp_path: Path) -> None:
    world = World()
    world.commits = {0: 0, 1: 0}
    assert world.found(tmp_path, group=True) == {}


def test_an_event_that_was_processed_twice_is_a_duplicate_of_the_consumer(tmp_path: Path) -> None:
    world = World()
    world.processed += [event_id(20), event_id(20), event_id(20), event_id(21)]
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.DUPLICATE: 2}
    assert {e.offset for e in found.examples[Name.DUPLICATE]} == {10}
    assert (found.verdict, found.blame(Name.DUPLICATE)) == (AuditVerdict.BROKEN, "consumer")
    assert world.audit(tmp_path, delivery=Delivery.AT_LEAST_ONCE).verdict is AuditVerdict.HOLDS
    assert world.audit(tmp_path, delivery=Delivery.AT_MOST_ONCE).verdict is AuditVerdict.BROKEN


@pytest.mark.parametrize("idempotent", [True, False])
def test_one_event_at_two_offsets_is_a_duplicate_in_the_log_and_none_of_the_consumer(
    tmp_path: Path, idempotent: bool
) -> None:
    world = World(idempotent=idempotent)
    world.log[0][50] = value(98)
    world.processed.append(event_id(98))
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.DUPLICATE_IN_LOG: 1}
    assert found.examples[Name.DUPLICATE_IN_LOG] == [Example(Name.DUPLICATE_IN_LOG, RUN, 0, 98, 0, 50)]
    assert (found.verdict is AuditVerdict.HOLDS) is not idempotent


def test_an_event_that_a_log_in_full_does_not_have_is_lost_in_it(tmp_path: Path) -> None:
    world = World()
    del world.log[1][8]
    found = world.audit(tmp_path, group=True)
    assert world.found(tmp_path, group=True) == {Name.LOST_IN_LOG: 1}
    assert (found.blame(Name.LOST_IN_LOG), found.examples[Name.LOST_IN_LOG]) == (
        "broker",
        [Example(Name.LOST_IN_LOG, RUN, 0, 17)],
    )
    assert world.found(tmp_path, sink=False) == {Name.LOST_IN_LOG: 1}


def test_an_event_that_the_leader_alone_had_acknowledged_is_lost_by_acks(tmp_path: Path) -> None:
    world = World(acks="1", idempotent=False)
    del world.log[1][49]
    assert world.audit(tmp_path).blame(Name.LOST_IN_LOG) == "acks=1"


def test_what_retention_deleted_is_expired_unless_it_had_been_processed(tmp_path: Path) -> None:
    world = World()
    world.starts = {0: 13, 1: 0}
    assert world.found(tmp_path) == {}
    world.processed.remove(event_id(4))
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.EXPIRED: 1}
    assert (found.verdict, found.blame(Name.EXPIRED)) == (AuditVerdict.BROKEN, "retention")
    assert found.examples[Name.EXPIRED][0].offset is None


def test_what_is_missing_above_the_log_start_is_lost_and_not_expired(tmp_path: Path) -> None:
    world = World()
    world.starts = {0: 12, 1: 12}
    del world.log[1][13]
    assert world.found(tmp_path) == {Name.LOST_IN_LOG: 1}


def test_what_an_open_transaction_hides_is_pending(tmp_path: Path) -> None:
    world = World()
    world.ends = {0: 45}
    world.processed = [event_id(k) for k in range(100) if k % 2 or k < 90]
    assert world.found(tmp_path, group=True) == {Name.PENDING: 5}
    assert world.audit(tmp_path, group=True).verdict is AuditVerdict.UNFINISHED


def test_two_events_that_changed_places_are_reordered_in_the_log(tmp_path: Path) -> None:
    world = World()
    world.log[0][7], world.log[0][8] = value(16), value(14)
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.REORDERED_IN_LOG: 1}
    assert found.examples[Name.REORDERED_IN_LOG] == [Example(Name.REORDERED_IN_LOG, RUN, 0, 14, 0, 8)]
    assert (found.verdict, found.blame(Name.REORDERED_IN_LOG)) == (AuditVerdict.BROKEN, "producer")


def test_a_partition_processed_out_of_order_is_reordered_and_a_redelivery_is_not(tmp_path: Path) -> None:
    world = World()
    again = [event_id(k) for k in range(90, 100)]
    world.processed += again
    world.partitions = [k % 2 for k in range(100)] + [k % 2 for k in range(90, 100)]
    assert world.found(tmp_path) == {Name.DUPLICATE: 10}
    world.processed[30], world.processed[32] = world.processed[32], world.processed[30]
    assert world.found(tmp_path) == {Name.DUPLICATE: 10, Name.REORDERED: 1}
    assert world.audit(tmp_path).examples[Name.REORDERED][0].sink == "table"


def test_another_event_where_one_was_acknowledged_to_be_is_inconsistent(tmp_path: Path) -> None:
    world = World()
    world.log[0][7] = value(5, run=OTHER)
    world.log[0][50] = value(14)
    found = world.audit(tmp_path)
    expected = {Name.INCONSISTENT: 1, Name.REORDERED_IN_LOG: 1, Name.FOREIGN: 1}
    assert world.found(tmp_path) == expected
    example = found.examples[Name.INCONSISTENT][0]
    assert (example.partition, example.offset, found.blame(Name.INCONSISTENT)) == (0, 7, "broker")


def test_a_log_that_lost_its_end_to_later_events_is_inconsistent_and_has_lost_them(tmp_path: Path) -> None:
    """As after an election of a leader that had not the last five records of either partition."""
    world = World(acks="1", idempotent=False)
    world.cut = 5
    for partition, records in world.log.items():
        last = {40 + n: records[45 + n] for n in range(5)}
        world.log[partition] = {o: records[o] for o in range(40)} | last
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.LOST_IN_LOG: 10, Name.INCONSISTENT: 10}
    assert found.blame(Name.LOST_IN_LOG) == "acks=1"
    assert found.examples[Name.INCONSISTENT][0].offset == 40


def test_an_event_that_was_refused_for_certain_and_is_there_is_said_so(tmp_path: Path) -> None:
    world = World()
    world.fates = {16: Fate.FAILED, 18: Fate.FAILED}
    del world.log[0][9]
    world.processed.remove(event_id(18))
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.FAILED_BUT_PRESENT: 1}
    assert found.examples[Name.FAILED_BUT_PRESENT] == [Example(Name.FAILED_BUT_PRESENT, RUN, 0, 16, 0, 8)]
    assert found.blame(Name.FAILED_BUT_PRESENT) == "producer"


def test_an_aborted_event_that_was_read_is_the_brokers_or_the_consumers_fault(tmp_path: Path) -> None:
    world = World()
    world.fates = {16: Fate.ABORTED}
    assert world.found(tmp_path) == {Name.ABORTED_READ: 1}
    assert world.audit(tmp_path).blame(Name.ABORTED_READ) == "broker"
    del world.log[0][8]
    assert world.audit(tmp_path).blame(Name.ABORTED_READ) == "consumer"
    world.processed.remove(event_id(16))
    assert world.found(tmp_path) == {}


def test_an_aborted_event_in_a_log_that_is_read_uncommitted_is_where_it_should_be(tmp_path: Path) -> None:
    world = World()
    world.fates = {16: Fate.ABORTED}
    world.processed.remove(event_id(16))
    assert world.found(tmp_path, isolation=Isolation.READ_UNCOMMITTED) == {}


@pytest.mark.parametrize("event", [(100, 0), (3, 1)])
def test_an_event_that_its_run_never_had_is_a_phantom_once(tmp_path: Path, event: tuple[int, int]) -> None:
    world = World()
    world.log[1][50] = value(*event)
    world.processed.append(event_id(*event))
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.PHANTOM: 1}
    assert found.examples[Name.PHANTOM][0].sink == "table"
    assert world.audit(tmp_path, sink=False).examples[Name.PHANTOM] == [
        Example(Name.PHANTOM, RUN, event[1], event[0], 1, 50)
    ]


def test_foreign_and_unstamped_records_are_counted_and_allowed(tmp_path: Path) -> None:
    world = World()
    world.log[1] |= {50: value(1, run=OTHER), 51: None, 52: b"{}", 53: b"no JSON", 54: b'{"productId":5}'}
    world.processed += [event_id(5, run=OTHER), None, "x", b"\xff"]
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.FOREIGN: 1, Name.UNSTAMPED: 4}
    assert (found.verdict, found.sinks[0].foreign, found.sinks[0].unstamped) == (AuditVerdict.HOLDS, 1, 3)
    assert world.found(tmp_path, log=False) == {Name.FOREIGN: 1, Name.UNSTAMPED: 3}


def test_events_whose_producer_does_not_know_are_counted_by_whether_they_are_there(tmp_path: Path) -> None:
    world = World()
    world.fates = {16: Fate.UNKNOWN, 18: Fate.UNKNOWN}
    del world.log[0][9]
    world.processed.remove(event_id(18))
    found = world.audit(tmp_path)
    assert world.found(tmp_path) == {Name.UNKNOWN_PRESENT: 1, Name.UNKNOWN_ABSENT: 1}
    assert (found.verdict, found.complete, found.runs[0].unknown) == (AuditVerdict.HOLDS, False, 2)


def test_values_of_any_json_form_are_read(tmp_path: Path) -> None:
    world = World()
    for k in range(0, 100, 3):
        spaced = b'{ "price": 1, "productId" : "%b" }' % event_id(k).upper().encode()
        world.log[k % 2][k // 2] = spaced
    assert world.found(tmp_path) == {}


def test_without_the_topic_a_missing_event_is_lost_and_nobody_is_to_blame(tmp_path: Path) -> None:
    world = World()
    world.processed.remove(event_id(17))
    world.processed.append(event_id(18))
    found = world.audit(tmp_path, log=False)
    assert world.found(tmp_path, log=False) == {Name.LOST: 1, Name.DUPLICATE: 1}
    assert (found.count(Name.LOST_IN_LOG), found.blame(Name.LOST)) == (None, None)
    assert [e.sequence for e in found.examples[Name.LOST]] == [17]


def test_stamps_in_headers_are_read_and_ids_are_none_of_them(tmp_path: Path) -> None:
    world = World(stamp="header")
    world.headers = True
    del world.log[1][8]
    world.log[0] |= {50: None, 51: value(1, run=OTHER)}
    assert world.found(tmp_path, sink=False) == {Name.LOST_IN_LOG: 1, Name.FOREIGN: 1, Name.UNSTAMPED: 1}
    with pytest.raises(UsageError, match="in a header"):
        world.audit(tmp_path)


def test_a_topic_that_was_created_again_and_one_of_another_name_are_refused(tmp_path: Path) -> None:
    world = World()
    world.topic_id = "U"
    with pytest.raises(EventqError, match="created again"):
        world.audit(tmp_path)
    world.run = run_line()
    world.run = type(world.run)(**{**{f: getattr(world.run, f) for f in world.run.__slots__}, "topic": "x"})
    with pytest.raises(UsageError, match="is of topic x"):
        world.audit(tmp_path)


def test_a_ledger_of_events_without_stamps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="carry no identity"):
        World(stamp="none").audit(tmp_path)
