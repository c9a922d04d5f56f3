"""A broker's files, without a broker."""

from pathlib import Path

import pytest

from eventq.core.local.cluster import Request, new_cluster
from eventq.core.local.layout import Layout
from eventq.loops.local import node
from eventq.loops.local.logs import Logs
from eventq.loops.local.node import Broker


@pytest.fixture
def brokers(tmp_path: Path) -> list[Broker]:
    cluster = new_cluster(Request(nodes=2), iter(range(20000, 20010)).__next__)
    found = [Broker(Layout(tmp_path, tmp_path), cluster, each) for each in cluster.nodes]
    for broker in found:
        broker.folder.mkdir(parents=True)
    return found


def test_the_end_of_a_log_is_its_last_lines_with_tabs_as_blanks(brokers: list[Broker]) -> None:
    broker = brokers[0]
    assert broker.tail() == []
    broker.log.write_bytes(b"one\n\ttwo\n\xff\nlast without an end")
    assert broker.tail(3) == ["    two", "\ufffd", "last without an end"]
    assert broker.tail(0) == []


def test_the_lines_of_several_nodes_are_told_apart(brokers: list[Broker]) -> None:
    for broker in brokers:
        broker.log.write_text("a\nb\n")
    assert list(Logs(brokers).last(1)) == ["node 1: b", "node 2: b"]
    assert list(Logs(brokers[:1]).last(5)) == ["a", "b"]
    assert list(Logs(brokers[:1]).last(0)) == []


def test_what_is_added_comes_in_whole_lines_once_and_after_the_last_ones(brokers: list[Broker]) -> None:
    broker = brokers[0]
    logs = Logs([broker])
    assert (list(logs.last(9)), list(logs.added())) == ([], [])
    broker.log.write_text("one\ntwo\nha")
    assert list(logs.last(1)) == ["two"]
    assert list(logs.added()) == []
    with broker.log.open("a") as log:
        log.write("lf\n\tthree\nfo")
    assert list(logs.added()) == ["half", "    three"]
    broker.log.write_text("anew\n")
    assert list(logs.added()) == ["anew"]
    assert list(logs.added()) == []


def test_a_log_that_has_grown_large_begins_anew_and_the_last_one_is_kept(
    brokers: list[Broker], monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = brokers[0]
    monkeypatch.setattr(node, "_LARGEST_LOG", 10)
    broker.log.write_text("short")
    broker._turn_log()
    assert broker.log.read_text() == "short"
    broker.log.write_text("longer than that")
    broker._turn_log()
    assert not broker.log.exists()
    assert (broker.folder / "log.1").read_text() == "longer than that"
