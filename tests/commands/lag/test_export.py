"""`eventq lag export` against a real broker, scraped over HTTP and read by a Prometheus parser."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from eventq.core.safe_text import from_csv
from tests.consume_harness import eventually
from tests.lag_harness import LagHarness, finish
from tests.lag_scrape import address, scrape


@pytest.fixture
def harness(bootstrap: str) -> Iterator[LagHarness]:
    with LagHarness(bootstrap) as harness:
        harness.commit(100, 60)
        yield harness


def test_it_serves_what_it_sampled_and_a_new_commit_at_the_next_sample(harness: LagHarness) -> None:
    options = ("--port", "0", "--groups", f"^{harness.group}$", "--interval", "100ms", "--window", "1s")
    running = harness.start("export", *options)
    url = address(running)
    assert url.startswith("http://127.0.0.1:")

    def lags(*expected: float) -> Any:
        rows = scrape(url).get(("kafka_consumergroup_lag", harness.group), [])
        return sorted(value for _, value in rows) == list(expected)

    eventually(lambda: lags(0, 40), "the lag is served")
    harness.commit(100, 90)
    eventually(lambda: lags(0, 10), "the new lag is served")
    found = scrape(url)
    ((_, age),) = found["eventq_group_time_lag_seconds", harness.group]
    assert 0 < age < 3600
    verdicts = {labels["verdict"]: value for labels, value in found["eventq_group_verdict", harness.group]}
    assert (verdicts["STOP"], sum(verdicts.values())) == (1, 1)
    assert found["eventq_up", ""] == [({}, 1.0)]
    assert found["eventq_sample_errors_total", ""] == [({}, 0.0)]
    assert {name for name, group in found if group} >= {"kafka_consumergroup_current_offset"}
    assert {group for _, group in found} == {"", harness.group}
    running.send_signal(signal.SIGTERM)
    assert finish(running).code == 143


def test_topics_that_do_not_match_cost_no_series(harness: LagHarness) -> None:
    options = ("--port", "0", "--groups", harness.group, "--topics", "^no-such", "--interval", "100ms")
    url = address(harness.start("export", *options, "--window", "1s"))
    eventually(lambda: ("kafka_consumergroup_members", harness.group) in scrape(url), "the group is served")
    assert ("kafka_consumergroup_lag", harness.group) not in scrape(url)


def test_a_port_in_use_is_a_clear_error(harness: LagHarness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = finish(harness.start("export", "--port", str(taken.getsockname()[1])))
    assert done.code == 1
    assert "can't listen on 127.0.0.1:" in done.err
    assert "--port 0 picks a free port" in done.err


@pytest.mark.parametrize(
    "wrong", [("--groups", "("), ("--topics", "*"), ("--interval", "0s"), ("-o", "json"), ("--port", "70000"),
              ("--interval", "10s", "--window", "10s")]
)  # fmt: skip
def test_what_can_mean_nothing_is_a_usage_error(harness: LagHarness, wrong: tuple[str, ...]) -> None:
    assert finish(harness.start("export", *wrong)).code == 2


@pytest.mark.parametrize("command", [("export", "--port", "0"), ("-o", "prometheus")])
def test_without_the_extra_it_says_what_to_install(command: tuple[str, ...], bootstrap: str) -> None:
    program = (
        "import sys, importlib.util as util; find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'prometheus_client' else find(name, *rest)\n"
        "from eventq.cli import run; sys.exit(run())"
    )
    arguments = [sys.executable, "-c", program, "lag", *command, "-b", bootstrap]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "pip install 'eventq[export]'" in done.stderr) == (2, True)


def test_the_snapshot_prints_the_same_text_once(harness: LagHarness) -> None:
    command = [sys.executable, "-m", "eventq", "lag", "-b", harness.bootstrap, "-g", harness.group]
    text = subprocess.run([*command, "-o", "prometheus"], capture_output=True, text=True, check=True).stdout
    plain = subprocess.run([*command, "-o", "json"], capture_output=True, text=True, check=True).stdout
    rows = {row.name: row.value for family in text_string_to_metric_families(text) for row in family.samples}
    assert rows["eventq_group_lag"] == json.loads(plain)["groups"][0]["lag"] == 40
    assert "eventq_samples_total" not in rows


@pytest.mark.parametrize("encoding", ["ascii", "ascii:strict", "latin-1", "utf-16"])
def test_prometheus_text_is_utf_8_whatever_the_encoding_of_stdout_is(
    harness: LagHarness, encoding: str
) -> None:
    """Its format has no other encoding, and no escape for a letter."""
    harness.group = f"größe-😀-{harness.group}"
    harness.commit(100, 60)
    found = printed(harness, encoding, "prometheus").decode()
    labels = [row.labels for family in text_string_to_metric_families(found) for row in family.samples]
    assert harness.group in {row.get("consumergroup") for row in labels}


def test_json_and_csv_on_an_ascii_stdout_have_escapes_of_which_the_true_text_can_be_made(
    harness: LagHarness,
) -> None:
    harness.group = f"größe-😀-{harness.group}"
    harness.commit(100, 60)
    document, rows = printed(harness, "ascii", "json"), printed(harness, "ascii", "csv")
    assert document.isascii()
    assert json.loads(document)["groups"][0]["group"] == harness.group
    assert rows.isascii()
    assert from_csv(rows.decode().splitlines()[1].split(",")[0]) == harness.group


def printed(harness: LagHarness, encoding: str, output: str) -> bytes:
    command = [sys.executable, "-m", "eventq", "lag", "-b", harness.bootstrap, "-g", harness.group]
    done = subprocess.run(
        [*command, "-o", output],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    return done.stdout


def test_no_broker_at_the_start_is_exit_1() -> None:
    command = [sys.executable, "-m", "eventq", "lag", "export", "--port", "0", "-b", "127.0.0.1:1"]
    done = subprocess.run([*command, "--connect-timeout", "500ms"], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"no broker answered" in done.stderr
