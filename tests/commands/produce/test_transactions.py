"""`eventq produce --transaction`: a reader of committed records finds what was reported as acknowledged."""

from pathlib import Path
from typing import Any

import pytest

from eventq.core.ledger.lines import EndLine, Fate, SettledLine
from eventq.core.ledger.reading import whole_lines
from tests.consume_harness import CLIENTS
from tests.in_process import eventq
from tests.produce_harness import ProduceHarness
from tests.stamped_events import found


def committed(harness: ProduceHarness) -> int:
    return len(harness.records("read_committed"))


def accounted(report: Any) -> int:
    return int(sum(report[name] for name in ("acked", "failed", "unknown", "aborted", "dropped")))


@pytest.mark.parametrize(
    "options", [(), ("--rate", "2000"), ("--workers", "2", "--key", "zipf:9:1.1"), ("--stamp", "header")]
)
def test_only_committed_events_are_acknowledged_and_an_audit_finds_nothing_amiss(
    harness: ProduceHarness, client: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    harness.create(3)
    ledger = str(tmp_path / "ledger")
    run = harness.produce(
        *("--client", client, "-n", "1030", "--transaction", "50", "--abort", "20%", "--seed", "5"),
        *("--ledger", ledger, *options),
    )
    report = run.report
    assert run.code == 0, run.err
    assert accounted(report) == report["offered"] == 1030
    assert report["acked"] == committed(harness)
    assert (report["acked"] + report["aborted"], len(harness.records())) == (1030, 1030)
    ends = report["transactions"]
    assert (ends["size"], ends["abort"], ends["seed"], ends["failed"], ends["unknown"]) == (50, 0.2, 5, 0, 0)
    assert 3 <= ends["aborted"] <= 5
    assert ends["committed"] + ends["aborted"] in {21, 22, 23}
    for isolation in ("read-committed", "read-uncommitted"):
        over = ("-b", harness.bootstrap, "--client", client, "-t", harness.topic, "--isolation", isolation)
        done = eventq("audit", "--ledger", ledger, *over, "-o", "json")
        assert (done.returncode, found(done)) == (0, {"aborted": report["aborted"]}), done.stdout


def test_an_aborted_event_that_a_service_has_processed_is_found_by_an_audit(
    harness: ProduceHarness, client: str, tmp_path: Path
) -> None:
    harness.create(1)
    ledger, seen = tmp_path / "ledger", tmp_path / "seen"
    options = ("-n", "100", "--transaction", "10", "--abort", "10%", "--ledger", str(ledger))
    assert harness.produce("--client", client, *options).code == 0
    seen.write_text("".join(f"{record.value[14:50].decode()}\n" for record in harness.records()))
    over = ("-b", harness.bootstrap, "--client", client, "-t", harness.topic)
    done = eventq("audit", "--ledger", str(ledger), *over, "--seen", str(seen), "-o", "json")
    assert (done.returncode, found(done)) == (5, {"aborted": 10, "aborted_read": 10}), done.stdout


def test_the_same_seed_aborts_the_same_events_whatever_the_client(
    harness: ProduceHarness, tmp_path: Path
) -> None:
    harness.create(2)
    aborted = []
    for client in CLIENTS:
        ledger = tmp_path / client
        options = ("-n", "200", "--transaction", "10", "--abort", "10%", "--seed", "11")
        assert harness.produce("--client", client, *options, "--ledger", str(ledger)).code == 0
        with ledger.open("rb") as file:
            lines = list(whole_lines(file))
        assert isinstance(lines[-1], EndLine)
        assert (lines[-1].aborted, lines[-1].complete) == (20, True)
        aborted.append(
            [line.spans for line in lines if isinstance(line, SettledLine) and line.fate is Fate.ABORTED]
        )
    first, second = ([span for spans in each for span in spans] for each in aborted)
    assert first == second != []


def test_an_event_that_is_refused_aborts_its_transaction_and_no_other(
    harness: ProduceHarness, client: str, tmp_path: Path
) -> None:
    harness.create(1)
    lines = [b"event %d" % n for n in range(30)]
    lines[13] = b"x" * 2_000_000
    run = harness.produce(
        *("--client", client, "--input", "-", "--transaction", "10", "--ledger", str(tmp_path / "ledger")),
        data=b"\n".join(lines),
    )
    report = run.report
    assert run.code == 1
    assert (report["acked"], report["failed"], report["aborted"]) == (20, 1, 9)
    assert "1 transaction aborted because of errors" in run.err
    assert (report["transactions"]["committed"], report["transactions"]["failed"]) == (2, 1)
    assert [record.value for record in harness.records("read_committed")] == lines[:10] + lines[20:]


def test_a_duration_ends_in_the_middle_of_a_transaction(harness: ProduceHarness, client: str) -> None:
    harness.create(1)
    options = ("--duration", "300ms", "--rate", "100", "--transaction", "1000")
    run = harness.produce("--client", client, *options)
    assert (run.code, run.report["acked"], run.report["transactions"]["committed"]) == (0, 30, 1)
    assert committed(harness) == 30


def test_a_prefix_makes_the_transactional_ids(harness: ProduceHarness, client: str) -> None:
    harness.create(1)
    prefix = harness.topic
    options = ("-n", "20", "--transaction", "5", "--workers", "2", "--transactional-id-prefix", prefix)
    assert harness.run("--client", client, *options).code == 0
    listed = [each.transactional_id for found in harness.admin.list_transactions().values() for each in found]
    assert {name for name in listed if name.startswith(prefix)} == {f"{prefix}.0", f"{prefix}.1"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--abort", "10%"), "--abort without --transaction"),
        (("--transactional-id-prefix", "x"), "--transactional-id-prefix without --transaction"),
        (("--transaction-timeout", "9s"), "--transaction-timeout without --transaction"),
        (("--transaction", "0"), "0 is not in the range"),
        (("--transaction", "5", "--abort", "0.1"), "not a share"),
        (("--transaction", "5", "--acks", "1"), "--transaction with acks 1"),
        (("--transaction", "5", "--acks", "0"), "--transaction with acks 0"),
        (("--transaction", "5", "-X", "acks=1"), "--transaction with acks 1"),
        (("--transaction", "5", "-X", "transactional.id=x"), "transactional.id is decided by eventq"),
        (("--transaction", "5", "-X", "enable.idempotence=false"), "enable.idempotence is decided by eventq"),
        (("--transaction", "5", "--transactional-id-prefix", ""), "--transactional-id-prefix is empty"),
        (("--transaction", "5", "--transaction-timeout", "10ms"), "--transaction-timeout is not from 1s"),
        (("--transaction", "5", "-X", "delivery.timeout.ms=61000"), "longer than --transaction-timeout"),
    ],
)
def test_what_can_not_be_in_transactions_is_a_usage_error(options: tuple[str, ...], said: str) -> None:
    done = eventq("produce", "-b", "localhost:1", *options)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())


def test_brokers_that_allow_no_such_time_are_told_of(harness: ProduceHarness, client: str) -> None:
    run = harness.run("--client", client, "-n", "1", "--transaction", "1", "--transaction-timeout", "20m")
    assert run.code == 1
    assert "transaction.max.timeout.ms" in run.err
