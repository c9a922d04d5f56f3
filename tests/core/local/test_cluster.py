"""What is asked of `up`, and what becomes of a cluster that is kept."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from eventq.core.errors import UsageError
from eventq.core.local.cluster import (
    Cluster,
    Request,
    changed,
    check_name,
    from_document,
    new_cluster,
    parse_settings,
    reshaped,
    to_document,
)
from eventq.core.local.layout import Layout, under
from eventq.core.local.server_properties import java_text, server_properties
from eventq.core.local.status import ClusterState, NodeState, cluster_state
from eventq.core.settings import java_properties

R, S, C = NodeState.RUNNING, NodeState.STOPPED, NodeState.CRASHED


def picker() -> Callable[[], int]:
    numbers = count(20000)
    return lambda: next(numbers)


def made(**asked: object) -> Cluster:
    return new_cluster(Request(**asked), picker())  # type: ignore[arg-type]


def test_the_default_cluster_has_kafkas_port_and_one_with_a_name_a_free_one() -> None:
    assert made().port == 9092
    assert made(name="other").port == 20000
    assert made(port=0).port == 20000
    assert made(name="other", port=9192).bootstrap == "127.0.0.1:9192"


def test_every_node_has_ports_of_its_own() -> None:
    cluster = made(nodes=3, sasl=True)
    assert [node.id for node in cluster.nodes] == [1, 2, 3]
    assert len(cluster.ports) == 9
    assert cluster.bootstrap != cluster.plain_bootstrap
    assert made(nodes=3).bootstrap == made(nodes=3).plain_bootstrap


def test_a_cluster_is_the_same_after_it_was_kept() -> None:
    cluster = made(nodes=2, sasl=True, settings={"a": "b"}, small=True, java="/usr/bin/java")
    assert from_document(to_document(cluster)) == cluster
    documents: list[dict[str, Any]] = [{}, {"nodes": [{}]}, {**to_document(cluster), "unknown": 1}]
    for wrong in documents:
        with pytest.raises((TypeError, KeyError)):
            from_document(wrong)


def test_what_is_not_asked_about_stays_as_it_was() -> None:
    kept = made(settings={"a": "b"}, small=True, java="/j")
    assert changed(kept, Request()) == kept
    assert changed(kept, Request(port=0)) == kept
    moved = changed(kept, Request(port=1234, settings={"c": "d"}))
    assert (moved.port, moved.plain_bootstrap, moved.settings) == (1234, "127.0.0.1:1234", {"c": "d"})
    assert (moved.small, moved.java, moved.id) == (True, "/j", kept.id)


@pytest.mark.parametrize(
    ("kept", "asked", "other"),
    [
        ({}, {"nodes": 3}, True),
        ({}, {"nodes": 1}, False),
        ({}, {"sasl": True}, True),
        ({"sasl": True}, {}, False),
        ({}, {"docker": True}, True),
        ({"docker": True}, {}, False),
        ({"docker": True}, {"docker": True}, False),
        ({"docker": True}, {"small": True}, True),
        ({"docker": True}, {"settings": {"a": "b"}}, True),
        ({}, {"settings": {"a": "b"}}, False),
    ],
)
def test_only_a_new_cluster_can_have_another_shape(
    kept: dict[str, object], asked: dict[str, object], other: bool
) -> None:
    assert reshaped(made(**kept), Request(**asked)) == other  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a", "my-kafka_2", "0", "x" * 40])
def test_a_name_is_one_of_a_folder_and_of_a_compose_project(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "A", "../x", "a/b", "-a", "a b", "a.lock", "é", "x" * 41, "a\n"])
def test_another_name_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="not a name for a local Kafka"):
        check_name(name)


def test_settings_are_split_at_the_first_sign() -> None:
    assert parse_settings(["a=b=c", " d = e ", "f="]) == {"a": "b=c", "d": "e", "f": ""}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a"], "not a broker setting"),
        (["=b"], "not a broker setting"),
        (["a=1", "a=2"], "given twice"),
        (["listeners=x"], "can't be set"),
        (["log.dirs=/x"], "can't be set"),
        (["node.id=3"], "can't be set"),
    ],
)
def test_a_setting_that_has_no_effect_or_two_is_a_usage_error(given: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse_settings(given)


def test_given_settings_stand_behind_our_own() -> None:
    cluster = made(nodes=3, settings={"offsets.topic.replication.factor": "2", "a": "b"})
    found = server_properties(cluster, cluster.nodes[1], Path("/data"), {"common": "1"})
    assert (found["common"], found["node.id"], found["log.dirs"]) == ("1", "2", "/data")
    assert (found["offsets.topic.replication.factor"], found["a"]) == ("2", "b")
    assert found["transaction.state.log.replication.factor"] == "3"
    assert len(found["controller.quorum.voters"].split(",")) == 3


def test_a_file_of_settings_says_the_same_to_java() -> None:
    odd = {"a": " b\\c\nd\te ", "k=:# !": "v=:#!", "letters": "é€😀", "path": "C:\\new folder"}
    text = java_text(odd)
    assert text.isascii()
    entries = java_properties.parse(text, "f")
    joined = {entry.key: entry.value.encode("utf-16", "surrogatepass").decode("utf-16") for entry in entries}
    assert joined == odd


@pytest.mark.parametrize(
    ("nodes", "ready", "state"),
    [
        ([R], True, ClusterState.RUNNING),
        ([R, R, R], False, ClusterState.UNREADY),
        ([R, S, R], False, ClusterState.UNREADY),
        ([S, S], False, ClusterState.STOPPED),
        ([R, C], False, ClusterState.CRASHED),
        ([S, C], False, ClusterState.CRASHED),
    ],
)
def test_the_state_of_a_cluster_is_that_of_its_worst_node(
    nodes: list[NodeState], ready: bool, state: ClusterState
) -> None:
    assert cluster_state(nodes, ready=ready) is state


def test_a_call_that_is_named_is_about_the_same_cluster() -> None:
    layout = Layout(Path("/d"), Path("/j"))
    assert layout.command("down") == "eventq local down"
    assert layout.command("wipe", "a") == "eventq local wipe --name a"
    there = under(Path("/my data"), "eventq local")
    assert there.command("down", "a") == "eventq local down --name a --dir '/my data'"
    assert (there.data, there.jars) == (Path("/my data/clusters"), Path("/my data/jars"))
