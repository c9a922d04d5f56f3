"""kafka-python's connections to all nodes of a cluster: many requests at once, each error in its place."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from eventq.broker.connection import admin
from eventq.broker.errors import error_text, silent
from eventq.broker.patience import Patience
from eventq.core.errors import EventqError
from eventq.core.settings.settings import Connection

IN_FLIGHT = 5
"""Requests that the client takes for one node at once; it refuses one more."""

Asked = tuple[Any, int | None]
"""A request and the node to ask; None: any."""


class Nodes:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.patience = Patience(connection.connect_timeout)
        self.admin: KafkaAdminClient = admin(connection)
        self._manager = self.admin._manager  # noqa: SLF001 - the public calls can't ask in parallel

    @property
    def ids(self) -> list[int]:
        return [broker.node_id for broker in self._manager.cluster.brokers()]

    def close(self) -> None:
        self.admin.close()

    def ask(self, requests: Sequence[Asked]) -> list[Any]:
        """Every answer, or the error in its place; all nodes are asked before the first answer is awaited."""
        if not requests:
            return []
        try:
            return list(self._manager.run(self._send_all, requests))
        except KafkaError as error:
            raise silent(self._connection, error_text(error)) from error
        except RuntimeError as error:
            raise EventqError(f"the connection to Kafka is closed ({error})") from error

    def ask_any(self, requests: Sequence[Any]) -> list[Any]:
        """Each of whichever node, and of another where one does not answer; EventqError when none does."""
        answers = self.ask([(request, None) for request in requests])
        for _ in self.ids:
            failed = [n for n, answer in enumerate(answers) if isinstance(answer, Exception)]
            for n, answer in zip(failed, self.ask([(requests[n], None) for n in failed]), strict=True):
                answers[n] = answer
        if answers and all(isinstance(answer, Exception) for answer in answers):
            raise silent(self._connection, error_text(answers[0]))
        return answers

    async def _send_all(self, requests: Sequence[Asked]) -> list[Any]:
        found: dict[int, Any] = {}
        for wave in _waves(requests):
            found.update(await self._send_wave({n: requests[n] for n in wave}))
        return [found[n] for n in range(len(requests))]

    async def _send_wave(self, requests: Mapping[int, Asked]) -> dict[int, Any]:
        timeout = max(1, int(self.patience.seconds * 1000))
        sent = {n: self._send(request, node, timeout) for n, (request, node) in requests.items()}
        answers: dict[int, Any] = {}
        for n, future in sent.items():
            try:
                answers[n] = future if isinstance(future, Exception) else await future
            except KafkaError as error:  # noqa: PERF203 - each answer has its own error
                answers[n] = error
        for n, answer in answers.items():
            self.patience.note(type(requests[n][0]).__name__, answered=not isinstance(answer, Exception))
        return answers

    def _send(self, request: Any, node: int | None, timeout_ms: int) -> Any:
        try:
            return self._manager.send(request, node_id=node, request_timeout_ms=timeout_ms)
        except KafkaError as error:
            self._manager.cluster.request_update()
            return error


def _waves(requests: Sequence[Asked]) -> Iterable[list[int]]:
    """The places of the requests, a node's no more often in a wave than it takes at once."""
    waves: dict[int, list[int]] = defaultdict(list)
    asked: Counter[int | None] = Counter()
    for place, (_, node) in enumerate(requests):
        waves[asked[node] // IN_FLIGHT].append(place)
        asked[node] += 1
    return waves.values()
