"""Which node a kafka-python client (3.0.12) asks where any will do: one that answers.

`KafkaConnectionManager.send` and `ClusterMetadata._do_refresh_metadata` take one by lot and wait for it, even
if it hangs; here the next one is tried beside one that does not answer soon.
"""

import random
import time
from collections.abc import Iterable
from typing import Any

from kafka.cluster import ClusterMetadata
from kafka.errors import KafkaError, NodeNotReadyError
from kafka.net.manager import KafkaConnectionManager
from kafka.net.wakeup_notifier import WakeupNotifier

from eventq.broker.bootstrap import HEAD_START_SECONDS

_send = KafkaConnectionManager.send
_do_refresh_metadata = ClusterMetadata._do_refresh_metadata  # noqa: SLF001 - there is no public one


def mend() -> None:
    """For every kafka-python client of this process, whoever makes it; done again it changes nothing."""
    KafkaConnectionManager.send = send
    KafkaConnectionManager.least_loaded_node = least_loaded_node
    ClusterMetadata._do_refresh_metadata = do_refresh_metadata  # noqa: SLF001 - see above


def send(self: Any, request: Any, node_id: Any = None, request_timeout_ms: float | None = None) -> Any:
    if node_id is not None:
        return _send(self, request, node_id, request_timeout_ms)
    return self.call_soon(_send_to_any, self, request, request_timeout_ms)


async def _send_to_any(manager: Any, request: Any, timeout_ms: float | None) -> Any:
    until = time.monotonic() + (timeout_ms or manager.config["request_timeout_ms"]) / 1000
    node = await _answering_node(manager, until)
    return await _send(manager, request, node, max(1.0, _left(until) * 1000))


async def do_refresh_metadata(self: Any, node_id: Any) -> None:
    manager = self._manager
    if node_id is None:
        until = time.monotonic() + manager.config["socket_connection_setup_timeout_ms"] / 1000
        try:
            node_id = await _answering_node(manager, until)
        except KafkaError as error:
            manager.update_backoff("metadata")
            self.failed_update(error)
            raise
    manager.reset_backoff("metadata")
    await _do_refresh_metadata(self, node_id)


def least_loaded_node(self: Any) -> Any:
    """One that is connected, and so has answered, before one that may not."""
    connected = _connected(self)
    if connected:
        return min(connected, key=lambda connection: len(connection.in_flight_requests)).node_id
    return next(iter(_to_try(self)), None)


def _connected(manager: Any) -> list[Any]:
    known = {broker.node_id for broker in manager.cluster.brokers()}
    held = manager._conns.values()  # noqa: SLF001 - no public way
    return [each for each in held if each.node_id in known and each.connected and not each.paused]


def _to_try(manager: Any) -> list[Any]:
    """First the node that answered the client's first question, then the others by lot."""
    brokers = [broker for broker in manager.cluster.brokers() if _may_be_asked(manager, broker.node_id)]
    random.shuffle(brokers)
    answered = getattr(manager, "answered", None)
    brokers.sort(key=lambda broker: (broker.host, broker.port) != answered)
    return [broker.node_id for broker in brokers]


def _may_be_asked(manager: Any, node: Any) -> bool:
    connection = manager._conns.get(node)  # noqa: SLF001 - see above
    return not (manager.connection_delay(node) or (connection is not None and connection.paused))


async def _answering_node(manager: Any, until: float) -> Any:
    """KafkaError where no node answers until then."""
    if _connected(manager):
        return least_loaded_node(manager)
    return await _first_connected(manager, _to_try(manager), until)


async def _first_connected(manager: Any, nodes: Iterable[Any], until: float) -> Any:
    changed = WakeupNotifier(manager._net)  # noqa: SLF001 - the loop that this runs on
    waiting, begun = list(nodes), list[Any]()
    while waiting or any(not each.init_future.is_done for each in begun):
        if waiting:
            begun.append(manager.get_connection(waiting.pop(0)))
            begun[-1].init_future.add_both(lambda _: changed.notify())
        await changed(min(HEAD_START_SECONDS, _left(until)) if waiting else _left(until))
        for connection in begun:
            if connection.connected:
                return connection.node_id
        if not _left(until):
            break
    raise next((each.init_future.exception for each in begun if each.init_future.failed()), _nobody())


def _nobody() -> KafkaError:
    return NodeNotReadyError("no broker answered in time")


def _left(until: float) -> float:
    return max(0.0, until - time.monotonic())
