"""How a kafka-python client (3.0.12) gets to its first broker: past each node that refuses, hangs or is away.

`KafkaConnectionManager._do_bootstrap` waits for one node after the other, drawn by lot each time, and goes on
after a login that was refused. In its place each node is tried by a task of its own until one has answered.
"""

import random
import re
import time
from collections.abc import Iterable
from ssl import SSLEOFError, SSLError
from typing import Any

from kafka.errors import IncompatibleBrokerVersion, KafkaTimeoutError, RequestTimedOutError, RetriableError
from kafka.future import Future
from kafka.net.manager import KafkaConnectionManager
from kafka.net.wakeup_notifier import WakeupNotifier

from eventq.broker.errors import error_text
from eventq.broker.failure import Failure, Stage

_CLASSES = re.compile(r"^(\[Error \d+\] )?(\w+Error: )+(?=.)")
"""What the client puts before the words of an error."""

HEAD_START_SECONDS = 0.5
"""So long a node is waited for before the next one is tried beside it."""


class Unreached(KafkaTimeoutError):  # type: ignore[misc] # the client has no types
    """No node could be used; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def mend() -> None:
    """For every kafka-python client of this process, whoever makes it; done again it changes nothing."""
    KafkaConnectionManager._do_bootstrap = do_bootstrap  # noqa: SLF001 - where the client waits


async def do_bootstrap(self: Any, deadline: float | None) -> bool:
    """Takes the metadata of the first node that answers.

    Unreached when the time is over, when a node refuses the login (the others would as well), or when no node
    can be used as the client is set.
    """
    return await _Bootstrap(self, deadline).run()


class _Bootstrap:
    def __init__(self, manager: Any, deadline: float | None) -> None:
        self._manager, self._deadline = manager, deadline
        self._nodes = [broker.node_id for broker in manager.cluster.bootstrap_brokers()]
        self._begun: list[Any] = []
        self._failures: dict[Any, Failure] = {}
        self._done = Future()
        self._changed = WakeupNotifier(manager._net)  # noqa: SLF001 - the loop that this runs on

    async def run(self) -> bool:
        waiting = random.sample(self._nodes, len(self._nodes))
        try:
            while not (self._done.is_done or self._is_over()):
                if waiting:
                    self._manager.call_soon(self._try, waiting.pop())
                left = self._left()
                await self._changed(min(left or HEAD_START_SECONDS, HEAD_START_SECONDS) if waiting else left)
        finally:
            self._end()
        if self._done.failed():
            raise self._done.exception
        return True

    def _end(self) -> None:
        if not self._done.is_done:
            self._done.failure(Unreached(_telling(self._failures.values())))
        for connection in self._begun:
            connection.close()

    def _left(self) -> float | None:
        """Seconds; None without an end."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def _is_over(self) -> bool:
        return self._manager.closed or self._left() == 0

    async def _try(self, node: Any) -> None:
        """Again and again, until it or another one has answered or it can't be used."""
        seconds = self._manager.config["reconnect_backoff_ms"] / 1000
        longest = self._manager.config["reconnect_backoff_max_ms"] / 1000
        while not (self._done.is_done or self._is_over()):
            await self._ask(node)
            self._changed.notify()
            failure = self._failures.get(node)
            if failure is None or failure.definite:
                break
            await self._manager._net.sleep(min(seconds, longest))  # noqa: SLF001 - the loop that this runs on
            seconds *= 2

    async def _ask(self, node: Any) -> None:
        manager, left = self._manager, self._left()
        timeout_ms = None if left is None else max(1.0, left * 1000)
        options = {"refresh_metadata_on_err": False, "reset_backoff_on_connect": False}
        manager.reset_backoff(node)
        connection = manager.get_connection(node, timeout_ms=timeout_ms, **options)
        self._begun.append(connection)
        try:
            await connection
            request = manager.cluster.metadata_request()
            self._take(node, await connection.send_request(request, request_timeout_ms=timeout_ms))
        except Exception as error:
            self._lose(node, connection, error)
        finally:
            connection.close()
            self._begun.remove(connection)

    def _take(self, node: Any, answer: Any) -> None:
        cluster = self._manager.cluster
        if self._done.is_done:
            return
        if not answer.brokers:
            self._failures[node] = Failure("the broker knows of no brokers yet", Stage.ANSWERED)
            return
        cluster.update_metadata(answer)
        asked = cluster.broker_metadata(node)
        self._manager.answered = (asked.host, asked.port)
        self._failures.pop(node, None)
        cluster.start_refresh_loop()
        self._done.success(node)

    def _lose(self, node: Any, connection: Any, error: Exception) -> None:
        """A time-out, which cuts off the last of many tries, says less than those before it."""
        if self._done.is_done:
            return
        failure = _failure(connection, error)
        if node not in self._failures or not failure.late:
            self._failures[node] = failure
        known = self._failures.values()
        hopeless = len(known) == len(self._nodes) and all(one.definite for one in known)
        if failure.refuses_login or hopeless:
            self._done.failure(Unreached(_telling(known)))


def _failure(connection: Any, error: Exception) -> Failure:
    reason = _CLASSES.sub("", error_text(error))
    tls = next(
        (cause for cause in (error, error.__context__, *error.args) if isinstance(cause, SSLError)), None
    )
    if tls is not None:
        return Failure(reason, Stage.TLS, definite=not isinstance(tls, SSLEOFError), tls=tls)
    late = isinstance(error, RequestTimedOutError | KafkaTimeoutError)
    if connection.broker_version_data is None:
        return Failure(reason, late=late)
    if connection.sasl_enabled and not connection.init_future.succeeded():
        return Failure(reason, Stage.LOGIN, definite=not isinstance(error, RetriableError), late=late)
    definite = isinstance(error, IncompatibleBrokerVersion)
    return Failure(reason, Stage.ANSWERED, definite=definite, late=late)


def _telling(failures: Iterable[Failure]) -> Failure:
    """The one whose client came furthest."""
    return max(failures, key=lambda one: (one.definite, one.stage, not one.late), default=Failure("no time"))
