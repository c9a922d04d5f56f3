"""Alert rules and the dashboard: by promtool, and against the metrics of a real export."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import promql_parser
import pytest
import yaml

from tests.consume_harness import eventually
from tests.deploy_files import DEPLOY, prometheus_program
from tests.lag_harness import LagHarness
from tests.lag_scrape import address, scrape

RULES = DEPLOY / "prometheus" / "alerts.yml"
ALERTS = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
TRIALS = """
rule_files: [{rules}]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {{series: 'eventq_up', values: '1x30'}}
      - {{series: 'eventq_group_lost_records{{consumergroup="loss"}}', values: '0x10 5x20'}}
      - {{series: 'eventq_group_verdict{{consumergroup="stall",verdict="STALL"}}', values: '1x30'}}
      - {{series: 'eventq_group_verdict{{consumergroup="fine",verdict="STALL"}}', values: '0x30'}}
      - {{series: 'eventq_group_eta_seconds{{consumergroup="never"}}', values: '{never}'}}
      - {{series: 'eventq_group_lag{{consumergroup="never"}}', values: '100x30'}}
      - {{series: 'eventq_group_time_lag_seconds{{consumergroup="old"}}', values: '301x30'}}
    promql_expr_test:
      - expr: count by (alertname, consumergroup) (ALERTS{{alertstate="firing"}})
        eval_time: 20m
        exp_samples:
          - {{labels: '{{alertname="EventqDataLoss", consumergroup="loss"}}', value: 1}}
          - {{labels: '{{alertname="EventqStall", consumergroup="stall"}}', value: 1}}
          - {{labels: '{{alertname="EventqNeverCatchesUp", consumergroup="never"}}', value: 1}}
          - {{labels: '{{alertname="EventqTimeLag", consumergroup="old"}}', value: 1}}
"""


@pytest.fixture(scope="module")
def promtool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prometheus_program("promtool", tmp_path_factory.mktemp("prometheus"))


def checked(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_and_the_settings_are_what_prometheus_takes(promtool: Path) -> None:
    checked([str(promtool), "check", "rules", str(RULES)])
    checked([str(promtool), "check", "config", str(DEPLOY / "prometheus" / "prometheus.yml")])


def test_loss_a_stall_an_eta_of_never_and_a_time_lag_alert_and_nothing_else_does(
    promtool: Path, tmp_path: Path
) -> None:
    trials = tmp_path / "trials.yml"
    trials.write_text(TRIALS.format(rules=RULES, never="Inf " * 30), encoding="utf-8")
    checked([str(promtool), "test", "rules", str(trials)])


@pytest.fixture(scope="module")
def exported(bootstrap: str) -> Iterator[dict[str, set[str]]]:
    """The labels of each metric of a real export, of a group that has read for a while."""
    with LagHarness(bootstrap) as harness:
        harness.commit(100, 60)
        options = ("--groups", f"^{harness.group}$", "--interval", "100ms", "--window", "1s")
        url = address(harness.start("export", "--port", "0", *options))
        eventually(lambda: ("eventq_group_eta_seconds", harness.group) in scrape(url), "a window is full")
        yield {name: {*rows[0][0]} for (name, _), rows in scrape(url).items()}


@pytest.mark.parametrize("query", [*QUERIES, *(alert["expr"] for alert in ALERTS)])
def test_a_query_is_promql_over_metrics_and_labels_that_the_exporter_has(
    query: str, exported: dict[str, set[str]]
) -> None:
    used: dict[str, set[str]] = {}

    def visit(part: promql_parser.Expr) -> None:
        if isinstance(part, promql_parser.VectorSelector):
            used[part.name or ""] = {matcher.name for matcher in part.matchers.matchers}

    promql_parser.walk(promql_parser.parse(query), visit)
    assert used
    assert {name for name, labels in used.items() if not labels <= exported.get(name, set())} - {""} == set()
    assert set(used) <= set(exported)


@pytest.mark.parametrize(
    "legend", [target["legendFormat"] for p in DASHBOARD["panels"] for target in p["targets"]]
)
def test_a_legend_names_labels_of_the_exporter(legend: str, exported: dict[str, set[str]]) -> None:
    known = set().union(*exported.values())
    assert set(re.findall(r"{{(\w+)}}", legend)) <= known
