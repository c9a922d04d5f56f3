"""What starting a local Kafka needs of other floors."""

from typing import Protocol


class Probe(Protocol):
    def brokers(self, port: int) -> set[int] | None:
        """The ports that the cluster behind `port` has for its live brokers; None if no Kafka answers."""
        ...

    def serves_groups(self, port: int) -> bool:
        """Whether the commits of every group can be read."""
        ...


class Progress(Protocol):
    """Of a download; `advance` is called by several threads."""

    def wait(self) -> None:
        """Another process downloads the same, and is waited for."""
        ...

    def begin(self, files: int, size: int) -> None:
        """So many files of so many bytes together, some of which may be there already."""
        ...

    def advance(self, size: int) -> None:
        """So many bytes more; fewer, below zero, when some had to be thrown away."""
        ...

    def end(self) -> None:
        """All are there."""
        ...
