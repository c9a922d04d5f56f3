"""Which files a local Kafka has: the folder of each cluster and the one of the jars."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from eventq.core.local.cluster import DEFAULT_NAME, Cluster, Node


@dataclass(frozen=True, slots=True)
class Layout:
    """`data` has a folder for each cluster, `jars` one for each list of jars; `program` is how it was called.

    `place` is what a call must say to mean the same folders.
    """

    data: Path
    jars: Path
    program: str = "eventq local"
    place: str = ""

    def folder(self, name: str) -> Path:
        return self.data / name

    def state(self, name: str) -> Path:
        return self.folder(name) / "cluster.json"

    def lock(self, name: str) -> Path:
        """Beside the folder, which a wipe removes."""
        return self.data / f"{name}.lock"

    def node(self, cluster: Cluster, node: Node) -> Path:
        return self.folder(cluster.name) / f"node-{node.id}"

    def command(self, verb: str, name: str = DEFAULT_NAME) -> str:
        """A call about that cluster, as a user would write it."""
        named = "" if name == DEFAULT_NAME else f" --name {name}"
        return f"{self.program} {verb}{named}{self.place}"


def under(folder: Path, program: str) -> Layout:
    """With data and jars below one folder, as --dir asks for."""
    return Layout(folder / "clusters", folder / "jars", program, f" --dir {shlex.quote(str(folder))}")
