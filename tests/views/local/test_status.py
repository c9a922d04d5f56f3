"""The status of local clusters, and the progress of a download."""

from eventq.core.local.cluster import Request, new_cluster
from eventq.core.local.status import ClusterState, ClusterStatus, NodeState, NodeStatus
from eventq.views.local.download import DownloadLines
from eventq.views.local.status import document, text
from tests.json_docs import documented, shape

SETTINGS = {"auto.create.topics.enable": "true"}
CLUSTER = new_cluster(Request(nodes=2, sasl=True, settings=SETTINGS), iter(range(20000, 20010)).__next__)
CRASHED = NodeStatus(CLUSTER.nodes[0], NodeState.CRASHED, log="/d/log", tail=("first", "last \x1b[31m"))
RUNNING = NodeStatus(CLUSTER.nodes[1], NodeState.RUNNING, 42, "/bin/java", "/d/log2")
STATUS = ClusterStatus(CLUSTER, ClusterState.CRASHED, (CRASHED, RUNNING))


def test_a_line_says_all_and_a_crash_is_shown_below_it() -> None:
    assert text([STATUS]).splitlines() == [
        f"default  crashed  {CLUSTER.bootstrap}  2 nodes, java, SASL, pid 42",
        "  node 1 has crashed; the end of /d/log:",
        "    first",
        "    last \\x1b[31m",
    ]
    assert text([]) == "no local Kafka is kept\n"


def test_a_document_has_every_field() -> None:
    (cluster,) = document([STATUS])["clusters"]
    nodes = cluster.pop("nodes")
    assert cluster == {
        "name": "default",
        "state": "crashed",
        "bootstrap": CLUSTER.bootstrap,
        "way": "java",
        "sasl": True,
        "user": "eventq",
        "settings": SETTINGS,
    }
    assert nodes[1] == {
        "node": 2,
        "port": CLUSTER.nodes[1].port,
        "state": "running",
        "pid": 42,
        "java": "/bin/java",
        "log": "/d/log2",
        "last_lines": [],
    }
    assert (nodes[0]["pid"], nodes[0]["last_lines"]) == (None, ["first", "last \x1b[31m"])
    assert document([]) == {"clusters": []}


def test_the_page_shows_a_document_with_the_fields_that_it_has() -> None:
    assert shape(documented("eventq local status -o json")) == shape(document([STATUS]))


def test_a_download_is_two_lines_where_there_is_no_terminal() -> None:
    said: list[str] = []
    lines = DownloadLines("Kafka 4.3.1", said.append)
    lines.wait()
    lines.begin(92, 56_428_588)
    lines.advance(1000)
    lines.end()
    assert said == [
        "waiting for another process that downloads Kafka 4.3.1",
        "downloading Kafka 4.3.1: 92 jars, 56 MB",
        "downloaded Kafka 4.3.1",
    ]
