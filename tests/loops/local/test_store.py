"""What is kept of the clusters."""

from pathlib import Path

from eventq.core.local.cluster import Cluster, Node
from eventq.core.local.layout import under
from eventq.loops.local.store import Store


def test_a_cluster_that_can_not_be_read_keeps_no_other_from_its_port(tmp_path: Path) -> None:
    store = Store(under(tmp_path, "eventq local"))
    nodes = tuple(Node(n, 9000 + n, 9100 + n, 9200 + n) for n in (1, 2))
    store.save(Cluster("good", "java", nodes))
    broken = store.layout.state("broken")
    broken.parent.mkdir(parents=True)
    broken.write_text("{}")
    assert set(store.ports(but="new").values()) == {"good"}
    assert store.ports(but="good") == {}
