"""`eventq audit` of what was processed: tables of SQLite and PostgreSQL, lists of ids, without a topic."""

import json
import sqlite3
import sys
from dataclasses import replace
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from eventq.core.consume.on_malformed import MalformedRule, OnMalformed
from eventq.core.verify.names import COUNTED_ONLY, Name
from tests.effect_databases import KINDS, EffectDatabase, PostgresDatabase, SqliteDatabase
from tests.in_process import Done, eventq
from tests.json_docs import documented, shape
from tests.loops.consume.fakes import PLAN, records
from tests.private_postgres import PASSWORD, PrivatePostgres
from tests.verify_world import World, event_id, value

COUNT = 100


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return World(COUNT).write(tmp_path / "run.ledger")


def table(path: Path, ids: list[Any], name: str = "payments", column: str = "product_id") -> str:
    connection = sqlite3.connect(path)
    connection.execute(f'CREATE TABLE "{name}" (n integer, "{column}" text)')
    connection.executemany(f'INSERT INTO "{name}" VALUES (1, ?)', [(one,) for one in ids])
    connection.commit()
    connection.close()
    return f"sqlite:{path}?table={name}&id={column}"


def events(*without: int) -> list[str]:
    return [event_id(k) for k in range(COUNT) if k not in without]


def run(ledger: Path, *options: str) -> Done:
    return eventq("audit", "--ledger", str(ledger), *options)


def counts(done: Done) -> dict[str, int]:
    assert done.stdout, done.stderr
    document = json.loads(done.stdout)
    keys = [name.value.replace("-", "_") for name in Name]
    return {key: document[key] for key in keys if document[key]}


def test_a_table_of_ones_own_that_has_every_event_holds(ledger: Path, tmp_path: Path) -> None:
    done = run(ledger, "--sink", table(tmp_path / "own.db", events()))
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "at-least-once holds", "")


def test_what_a_table_lost_doubled_and_never_should_have_is_found(ledger: Path, tmp_path: Path) -> None:
    rows = [*events(17), event_id(20), event_id(COUNT), event_id(3, run="0badcafe"), None, "x", b"\x00\xff"]
    sink = table(tmp_path / "own.db", rows)
    done = run(ledger, "--sink", sink, "-o", "json")
    assert (done.returncode, counts(done)) == (
        5,
        {"lost": 1, "duplicate": 1, "phantom": 1, "foreign": 1, "unstamped": 3},
    )
    assert json.loads(done.stdout)["allowed"]["duplicate"] is True
    text = run(ledger, "--sink", sink, "--delivery", "exactly-once").stdout
    assert "lost orders:1 offset 8, event 17 of worker 0" not in text  # two partitions a batch: not known
    assert "lost: event 17 of worker 0 of run 372d8a68" in text
    assert text.splitlines()[-1] == "exactly-once is broken: 1 lost, 1 duplicate, 1 phantom"


def effects(database: EffectDatabase, group: str, *events: tuple[int, int]) -> str:
    """As consume writes them: of (partition, sequence), at offsets that go up."""
    store = database.store(replace(PLAN, group=group))
    store.open()
    for offset, (partition, k) in enumerate(events):
        store.write(records(partition, offset, [value(k)]), {})
    store.close()
    return database.sink


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> EffectDatabase:
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path)
    return PostgresDatabase(request.getfixturevalue("postgres"))


def test_what_consume_wrote_is_judged_by_group_with_the_order_of_each_partition(
    ledger: Path, database: EffectDatabase
) -> None:
    every = [(k % 3, k) for k in range(COUNT)]
    sink = effects(database, "whole", *every)
    effects(database, "spoilt", *every[:20], (0, 20), *every[24:], every[30], every[23], every[21])
    whole = run(ledger, "--sink", sink, "--group", "whole", "--delivery", "exactly-once", "-o", "json")
    assert (whole.returncode, counts(whole)) == (0, {})
    spoilt = run(ledger, "--sink", sink, "--group", "spoilt", "-o", "json")
    assert (spoilt.returncode, counts(spoilt)) == (5, {"lost": 1, "duplicate": 1, "reordered": 2})
    both = run(ledger, "--sink", sink, "--delivery", "exactly-once", "-o", "json")
    assert json.loads(both.stdout)["duplicate"] == COUNT - 1


@pytest.mark.parametrize("group", [(), ("--group", "keeps")], ids=["every group", "one group"])
def test_an_event_that_was_put_aside_as_a_dead_letter_is_neither_lost_nor_out_of_order(
    ledger: Path, database: EffectDatabase, group: tuple[str, ...]
) -> None:
    spoilt = {7: "price is not a number", 8: "price is not a number"}
    keeps = replace(PLAN, group="keeps", on_malformed=OnMalformed(MalformedRule.DEAD_LETTER))
    store = database.store(keeps)
    store.open()
    values = [value(k) if k not in spoilt else value(k).replace(b"1.5", b'"1.5"') for k in range(COUNT)]
    store.write(records(0, 0, values), spoilt)
    store.close()
    done = run(ledger, "--sink", database.sink, *group, "--delivery", "exactly-once", "-o", "json")
    assert (done.returncode, counts(done)) == (0, {}), done.stderr
    (sink,) = json.loads(done.stdout)["sinks"]
    assert (sink["rows"], sink["dead_letters"], sink["unstamped"]) == (COUNT, 2, 0)
    text = run(ledger, "--sink", database.sink, *group).stdout
    assert f"{sink['sink']}: 2 events put aside as dead letters" in text


def test_an_event_with_an_effect_and_a_dead_letter_is_a_duplicate(
    ledger: Path, database: EffectDatabase
) -> None:
    store = database.store(replace(PLAN, on_malformed=OnMalformed(MalformedRule.DEAD_LETTER)))
    store.open()
    store.write(records(0, 0, [value(k) for k in range(COUNT)]), {})
    store.write(records(0, COUNT, [value(7)]), {0: "bad"})
    store.close()
    done = run(ledger, "--sink", database.sink, "--delivery", "exactly-once", "-o", "json")
    assert (done.returncode, counts(done)) == (5, {"duplicate": 1})


def test_a_database_from_before_there_were_dead_letters_is_read(
    ledger: Path, database: EffectDatabase
) -> None:
    sink = effects(database, "whole", *((k % 3, k) for k in range(COUNT)))
    database.execute("DROP TABLE eventq_dead_letter")
    assert run(ledger, "--sink", sink).returncode == 0


def test_a_database_without_effects_is_a_usage_error_that_says_how_to_name_a_table(
    ledger: Path, tmp_path: Path
) -> None:
    table(tmp_path / "own.db", events())
    done = run(ledger, "--sink", f"sqlite:{tmp_path / 'own.db'}")
    assert done.returncode == 2
    assert "has no effects of eventq consume" in done.stderr
    assert "?table=TABLE&id=COLUMN" in done.stderr


def test_a_database_of_postgresql_without_effects_is_a_usage_error_too(
    ledger: Path, postgres: PrivatePostgres
) -> None:
    done = run(ledger, "--sink", PostgresDatabase(postgres).sink)
    assert (done.returncode, done.stdout) == (2, "")
    assert "has no effects of eventq consume" in done.stderr
    assert "?table=TABLE&id=COLUMN" in done.stderr


def test_two_tables_are_the_parts_of_one_result(ledger: Path, tmp_path: Path) -> None:
    first = table(tmp_path / "a.db", events()[:60])
    second = table(tmp_path / "b.db", events()[60:])
    assert run(ledger, "--sink", first, "--sink", second, "--delivery", "exactly-once").returncode == 0


@pytest.mark.parametrize("name", ['a"b; DROP TABLE x; --', "select", "Größe", "x.y"])
def test_any_name_of_a_table_and_a_column_is_a_name(ledger: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "own.db"
    connection = sqlite3.connect(path)
    quoted = '"' + name.replace('"', '""') + '"'
    connection.execute(f"CREATE TABLE {quoted} ({quoted} text)")
    connection.executemany(f"INSERT INTO {quoted} VALUES (?)", [(one,) for one in events()])
    connection.commit()
    connection.close()
    given = name.replace(";", "%3B").replace(" ", "%20")
    assert run(ledger, "--sink", f"sqlite:{path}?table={given}&id={given}").returncode == 0


@pytest.mark.parametrize(
    ("sink", "said"),
    [
        ("sqlite:{db}?table=payment&id=product_id", "tables there: payments"),
        ("sqlite:{db}?table=payments&id=productid", "columns there: n, product_id"),
        ("sqlite:{db}.not?table=payments&id=product_id", "no such file"),
        ("sqlite:" + "x" * 5000 + "?table=payments&id=product_id", "can't be read"),
        ("sqlite:{db}?table=payments", "does not say id="),
        ("sqlite:{db}?", "does not say table="),
        ("sqlite:{db}?table=payments&id=n&mode=x", "takes no mode"),
        ("sqlite:{db}?table=payments&table=x&id=n", "table is given twice"),
        ("sqlite:///{db}?table=payments&id=n", "not a path of SQLite"),
        ("mysql:{db}", "not a sink: 'mysql'"),
        ("postgresql:x?table=a&id=b", "// is missing"),
        ("postgresql://h/d?table=a&id=b&sslmod=x", "not a URL of PostgreSQL"),
    ],
)
def test_a_sink_that_is_not_there_is_a_usage_error_that_says_what_is(
    ledger: Path, tmp_path: Path, sink: str, said: str
) -> None:
    table(tmp_path / "own.db", events())
    done = run(ledger, "--sink", sink.format(db=tmp_path / "own.db"))
    assert (done.returncode, done.stdout, said in done.stderr) == (2, "", True), done.stderr


def test_a_file_that_is_no_database_is_an_error(ledger: Path) -> None:
    done = run(ledger, "--sink", f"sqlite:{ledger}?table=a&id=b")
    assert (done.returncode, "not a database" in done.stderr) == (1, True)


def test_ids_one_a_line_are_read_from_a_file_and_from_standard_input(
    ledger: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "product_id\r\n" + "".join(f'"{one}"\r\n' for one in events(17)) + "\n"
    seen = tmp_path / "seen.csv"
    seen.write_text(lines)
    done = run(ledger, "--seen", str(seen), "-o", "json")
    assert (done.returncode, counts(done)) == (5, {"lost": 1, "unstamped": 1})
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(lines.encode())))
    assert counts(run(ledger, "--seen", "-", "-o", "json")) == {"lost": 1, "unstamped": 1}
    assert run(ledger, "--seen", str(tmp_path / "none")).returncode == 2


def test_the_output_of_a_verifiable_producer_is_a_ledger_whose_values_are_the_ids(tmp_path: Path) -> None:
    output, seen = tmp_path / "producer.json", tmp_path / "seen"
    rows = [
        {"name": "producer_send_success", "value": str(k), "topic": "t", "partition": 0, "offset": k}
        for k in range(50)
    ]
    rows.append({"name": "tool_data", "sent": 50, "acked": 50})
    output.write_text("".join(json.dumps(row) + "\n" for row in rows))
    seen.write_text("".join(f"{k}\n" for k in range(50) if k != 7) + "8\n")
    done = eventq("audit", "--ledger", f"verifiable:{output}", "--seen", str(seen), "-o", "json")
    assert (done.returncode, counts(done)) == (5, {"lost": 1, "duplicate": 1})
    (example,) = [row for row in json.loads(done.stdout)["examples"] if row["name"] == "lost"]
    assert (example["topic"], example["partition"], example["offset"]) == ("t", 0, 7)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seen", "-"], "no ledger was named"),
        (["--ledger", "{ledger}"], "nothing to compare the ledger with"),
        (["--ledger", "{ledger}", "--seen", "-", "--group", "g"], "--group does nothing without --topic"),
        (
            ["--ledger", "{ledger}", "--seen", "-", "--isolation", "read-committed"],
            "--isolation does nothing",
        ),
        (["--ledger", "{ledger}", "--seen", "-", "--seen", "-"], "given twice"),
        (["--ledger", "{ledger}", "--seen", "-", "--junit", "/no/such/folder/x.xml"], "no folder"),
        (["--ledger", "{ledger}", "--seen", "-", "-o", "csv"], "no such format"),
        (["--ledger", "{ledger}", "-t", "not ok"], "not a name for a topic"),
        (["--ledger", "{ledger}.none", "--seen", "-"], "can't be read"),
    ],
)
def test_what_can_mean_nothing_is_a_usage_error(ledger: Path, options: list[str], said: str) -> None:
    done = eventq("audit", *(option.format(ledger=ledger) for option in options))
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_the_document_has_the_shape_that_is_written_down(ledger: Path, tmp_path: Path) -> None:
    done = run(ledger, "--sink", table(tmp_path / "own.db", events(17)), "-o", "json")
    expected = shape(documented("eventq audit -o json"))
    found = shape(json.loads(done.stdout))
    assert {**found, "partitions": expected["partitions"], "blame": expected["blame"]} == expected


def test_junit_has_a_case_for_each_name_and_fails_what_is_not_allowed(ledger: Path, tmp_path: Path) -> None:
    path = tmp_path / "audit.xml"
    sink = table(tmp_path / "own.db", [*events(17), event_id(20)])
    assert run(ledger, "--sink", sink, "--junit", str(path), "--quiet").returncode == 5
    suite = fromstring(path.read_text())
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert set(cases) == {name.value for name in Name} - {name.value for name in COUNTED_ONLY}
    assert (cases["lost"], cases["duplicate"], cases["lost-in-log"]) == (["failure"], [], ["skipped"])
    assert (suite.get("failures"), suite.get("errors")) == ("1", "0")
    (failure,) = suite.iter("failure")
    assert "event 17 of worker 0" in (failure.text or "")


def test_a_table_of_postgresql_is_read_by_text_and_by_uuid(ledger: Path, postgres: PrivatePostgres) -> None:
    for kind in ("uuid", "text"):
        postgres.execute(f'CREATE TABLE "Paid {kind}" (n int, "product id" {kind})')
        postgres.execute(
            f'INSERT INTO "Paid {kind}" VALUES (1, %s)', [(one,) for one in [*events(17), event_id(20)]]
        )
        done = run(ledger, "--sink", postgres.url(f"Paid {kind}", "product id"), "-o", "json")
        assert (done.returncode, counts(done)) == (5, {"lost": 1, "duplicate": 1}), done.stderr


def test_a_schema_before_the_name_finds_what_is_not_searched(ledger: Path, postgres: PrivatePostgres) -> None:
    postgres.execute('CREATE SCHEMA "shop"')
    postgres.execute('CREATE TABLE "shop"."orders" (id uuid)')
    postgres.execute("INSERT INTO shop.orders VALUES (%s)", [(one,) for one in events()])
    assert run(ledger, "--sink", postgres.url("shop.orders", "id")).returncode == 0
    assert run(ledger, "--sink", postgres.url("orders", "id")).returncode == 2


@pytest.mark.parametrize(
    ("name", "column", "said"),
    [
        ("missing", "id", "tables there: "),
        ("there", "no", "columns there: id, note"),
        ('there"; DROP TABLE there; --', "id", "no such table"),
        ("there", 'id" FROM there; --', "no such column"),
    ],
)
def test_a_table_that_postgresql_does_not_have_is_a_usage_error(
    ledger: Path, postgres: PrivatePostgres, name: str, column: str, said: str
) -> None:
    postgres.execute("CREATE TABLE IF NOT EXISTS there (id uuid, note text)")
    done = run(ledger, "--sink", postgres.url(name, column))
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_no_message_shows_a_password(ledger: Path, postgres: PrivatePostgres, debug: list[str]) -> None:
    host = postgres.address.partition("host=")[2]
    quoted = "p%40ss%2Fword%3F%26"
    sinks = [
        f"postgresql://app:{quoted}@/nowhere?host={host}&table=t&id=i",
        f"postgresql://app@/nowhere?host={host}&password={quoted}&table=t&id=i",
        f"postgresql://app:{quoted}@127.0.0.1:1/x?table=t&id=i",
        f"postgresql://app:{quoted}@/postgres?host={host}&table=t&id=i",
        f"postgresql://app:{quoted}@/postgres?host={host}&table=t",
        f"postgresql://app:{quoted}@[/x?table=t&id=i",
        f"postgresql://app:{quoted}@/nowhere?host={host}",
    ]
    for sink in sinks:
        done = run(ledger, "--sink", sink, "--connect-timeout", "2s", *debug)
        assert done.returncode in {1, 2}
        assert not any(word in done.stderr + done.stdout for word in (PASSWORD, quoted)), sink
