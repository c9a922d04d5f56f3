"""The frame of whatever `eventq verify` does on a cluster: what it made is removed, however it ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from eventq.commands.options import Shared
from eventq.commands.output import note, say
from eventq.commands.settings.connect import connection
from eventq.commands.signals import stop_in_order
from eventq.commands.verify.stopping import Stopping
from eventq.commands.verify.workspace import Workspace
from eventq.core.errors import EventqError, Stopped
from eventq.core.outcome import Outcome
from eventq.core.topic.topics import TopicWish, shape
from eventq.core.verify.verification import Phase

_Result = TypeVar("_Result")
_CLEAN = "eventq verify --clean removes it"


class Session:
    """`phases` are those that are over, with how long they took."""

    def __init__(self, shared: Shared, *, keep: bool) -> None:
        self.shared, self._keep = shared, keep
        self.stopping = Stopping()
        self.phases: list[Phase] = []
        self.workspace = Workspace(shared)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.phases.append(Phase(name, time.monotonic() - began))

    def make_topics(self, wish: TopicWish) -> None:
        """Says before what is made, and on which cluster."""
        self.workspace.make_topics(wish, lambda cluster: self._announce(cluster, wish))

    def _announce(self, cluster: str | None, wish: TopicWish) -> None:
        at = connection(self.shared).bootstrap
        end = "all of it is kept (--keep)" if self._keep else "all of it is removed at the end"
        note(
            self.shared,
            f"on cluster {cluster or 'without an id'} at {at}: {self.workspace.said_topics} "
            f"({shape(wish.partitions, wish.replicas)}) and groups of that name, "
            f"{self.workspace.folder} on this machine; {end}",
        )

    def run(self, body: Callable[[], _Result]) -> _Result:
        with stop_in_order(self.stopping.ask):
            try:
                found = body()
            except BaseException as error:
                self._end(error)
                raise
            self._end(None)
            return found

    def _end(self, error: BaseException | None) -> None:
        """A failure to clean up is told; it is the result where nothing else went wrong."""
        if self._keep:
            self.workspace.keep()
            return
        if isinstance(error, Stopped) and self.stopping.is_impatient(error):
            self._tell_left()
            return
        try:
            with self.phase("clean-up"), self.stopping.by(_go_on):
                self.workspace.remove()
        except Stopped:
            self._tell_left()
            raise
        except EventqError as left:
            if error is None:
                raise
            say(f"{left}; {left.hint}")

    def _tell_left(self) -> None:
        say(f"left behind: {', '.join(self.workspace.made)}; {_CLEAN}")


def _go_on(_outcome: Outcome) -> None:
    """What is under way is what a stop asks for."""
