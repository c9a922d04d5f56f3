"""`eventq lag export` against a real broker, scraped over HTTP and read by a Prometheus parser."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from eventq.core.safe_text import from_csv
from tests.consume_harness import eventually
from tests.lag_harness import LagHarness, finish
from tests.lag_scrape import address, scrape
from tests.otlp_receiver import receiving


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


def test_it_is_healthy_while_it_serves_and_ready_once_kafka_was_read(harness: LagHarness) -> None:
    options = ("--port", "0", "--interval", "1s", "--window", "5s", "--label", "cluster=east")
    root = address(harness.start("export", *options)).removesuffix("/metrics")
    assert answer(f"{root}/healthz") == (200, "serving")
    eventually(lambda: answer(f"{root}/readyz") == (200, "ready"), "Kafka was read")
    assert answer(f"{root}/elsewhere")[0] == 404
    eventually(
        lambda: scrape(f"{root}/metrics")["eventq_up", ""] == [({"cluster": "east"}, 1.0)], "it is labelled"
    )


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=20) as found:
            return found.status, found.read().decode().strip()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode().strip()


def test_each_sample_is_pushed_by_otlp_with_its_labels_and_under_the_same_names(harness: LagHarness) -> None:
    options = ("--port", "0", "--groups", f"^{harness.group}$", "--interval", "100ms", "--window", "1s")
    with receiving() as receiver:
        running = harness.start("export", *options, "--label", "cluster=east", "--otlp", receiver.url)
        wanted = {(("cluster", "east"), ("consumergroup", harness.group)): 40.0}
        eventually(
            lambda: receiver.requests and receiver.points("eventq_group_lag") == wanted, "it is pushed"
        )
        running.send_signal(signal.SIGTERM)
        assert finish(running).code == 143
    assert set(receiver.paths) == {"/v1/metrics"}
    resource = receiver.requests[-1].resource_metrics[0].resource
    names = {each.key: each.value.string_value for each in resource.attributes}
    assert names["service.name"] == "eventq"
    assert next(iter(receiver.points("eventq_samples").values())) >= 1


def test_a_collector_that_is_away_is_told_and_scrapes_go_on_until_it_is_back(harness: LagHarness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    running = harness.start(
        *("export", "--port", "0", "--interval", "100ms", "--window", "1s"),
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
        OTEL_EXPORTER_OTLP_TIMEOUT="1",
    )
    lines = iter(running.stderr or ())
    url = next(line.split()[-1] for line in lines if "serving" in line)
    told = next(line for line in lines if "did not take the metrics" in line)
    assert told.startswith(f"eventq: the collector at http://127.0.0.1:{port} did not take the metrics: ")
    assert "refused" in told
    assert scrape(url)["eventq_up", ""] == [({}, 1.0)]
    with receiving(port) as receiver:
        assert any("takes metrics again" in line for line in lines)
        assert receiver.requests


def test_a_push_without_its_extra_says_what_to_install(bootstrap: str) -> None:
    program = (
        "import sys, importlib.util as util; find = util.find_spec\n"
        "def missing(name, *rest):\n"
        "    if name.startswith('opentelemetry'): raise ModuleNotFoundError(name)\n"
        "    return find(name, *rest)\n"
        "util.find_spec = missing\n"
        "from eventq.cli import run; sys.exit(run())"
    )
    words = ["lag", "export", "--port", "0", "--otlp", "http://127.0.0.1:1", "-b", bootstrap]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, "pip install 'eventq[otlp]'" in done.stderr) == (2, True)


def test_a_port_in_use_is_a_clear_error(harness: LagHarness) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = finish(harness.start("export", "--port", str(taken.getsockname()[1])))
    assert done.code == 1
    assert "can't listen on 127.0.0.1:" in done.err
    assert "--port 0 picks a free port" in done.err


@pytest.mark.parametrize(
    "wrong", [("--groups", "("), ("--topics", "*"), ("--interval", "0s"), ("-o", "json"), ("--port", "70000"),
              ("--interval", "10s", "--window", "10s"), ("--label", "topic=x"), ("--otlp", "collector:4318")]
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
