"""A broker whose groups take their time: it refuses what is asked about them as one that still loads them.

The broker is real. Its clients reach it through a proxy, which refuses the first requests of each client and
kind as a coordinator does that does not know of its part yet (only the very first: librdkafka crashes of that
answer to OffsetFetch, its issue 5040) and then loads it; all others it passes on.
"""

import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import StreamRequestHandler
from threading import Lock, Thread
from typing import Any

from benchmarks.requests import Counter as Proxy
from benchmarks.requests import frames
from kafka.protocol.admin import (
    DeleteGroupsRequest,
    DeleteGroupsResponse,
    DescribeGroupsRequest,
    DescribeGroupsResponse,
    ListGroupsRequest,
    ListGroupsResponse,
)
from kafka.protocol.consumer import (
    JoinGroupRequest,
    JoinGroupResponse,
    OffsetCommitRequest,
    OffsetCommitResponse,
    OffsetDeleteRequest,
    OffsetDeleteResponse,
    OffsetFetchRequest,
    OffsetFetchResponse,
)
from kafka.protocol.metadata import FindCoordinatorRequest, FindCoordinatorResponse

from eventq.broker.lag.kip848 import ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse

REFUSALS = 4
LOADING, NOT_AVAILABLE, NOT_COORDINATOR = 14, 15, 16
_BATCHED_COORDINATORS = 4
_BATCHED_OFFSETS = 8


def _find_coordinator(asked: Any, _: int) -> Any:
    code, answer = NOT_AVAILABLE, FindCoordinatorResponse
    if asked.API_VERSION < _BATCHED_COORDINATORS:
        return answer(error_code=code, error_message=None, node_id=-1, host="", port=-1)
    rows = [
        answer.Coordinator(key=key, node_id=-1, host="", port=-1, error_code=code, error_message=None)
        for key in asked.coordinator_keys
    ]
    return answer(coordinators=rows)


def _list_groups(_asked: Any, _: int) -> Any:
    return ListGroupsResponse(error_code=LOADING, groups=[])


def _describe_groups(asked: Any, code: int) -> Any:
    group = DescribeGroupsResponse.DescribedGroup
    return DescribeGroupsResponse(groups=[group(error_code=code, group_id=name) for name in asked.groups])


def _describe_newer_groups(asked: Any, code: int) -> Any:
    group = ConsumerGroupDescribeResponse.DescribedGroup
    rows = [group(error_code=code, group_id=name) for name in asked.group_ids]
    return ConsumerGroupDescribeResponse(groups=rows)


def _offset_fetch(asked: Any, code: int) -> Any:
    # librdkafka's, which crashes of NOT_COORDINATOR (its issue 5040)
    if asked.API_VERSION < _BATCHED_OFFSETS:
        return OffsetFetchResponse(topics=[], error_code=LOADING)
    group = OffsetFetchResponse.OffsetFetchResponseGroup
    return OffsetFetchResponse(
        groups=[group(group_id=each.group_id, topics=[], error_code=code) for each in asked.groups]
    )


def _offset_commit(asked: Any, code: int) -> Any:
    topic = OffsetCommitResponse.OffsetCommitResponseTopic
    part = topic.OffsetCommitResponsePartition
    return OffsetCommitResponse(
        topics=[
            topic(
                name=each.name,
                partitions=[
                    part(partition_index=p.partition_index, error_code=code) for p in each.partitions
                ],
            )
            for each in asked.topics
        ]
    )


def _offset_delete(_: Any, code: int) -> Any:
    return OffsetDeleteResponse(error_code=code, topics=[])


def _delete_groups(asked: Any, code: int) -> Any:
    row = DeleteGroupsResponse.DeletableGroupResult
    return DeleteGroupsResponse(results=[row(group_id=name, error_code=code) for name in asked.groups_names])


def _join_group(_: Any, code: int) -> Any:
    return JoinGroupResponse(error_code=code, generation_id=-1, protocol_name="", leader="", member_id="")


_REFUSALS: dict[int, tuple[Any, Callable[[Any, int], Any]]] = {
    request.API_KEY: (request, refusal)
    for request, refusal in (
        (FindCoordinatorRequest, _find_coordinator),
        (ListGroupsRequest, _list_groups),
        (DescribeGroupsRequest, _describe_groups),
        (ConsumerGroupDescribeRequest, _describe_newer_groups),
        (OffsetFetchRequest, _offset_fetch),
        (OffsetCommitRequest, _offset_commit),
        (OffsetDeleteRequest, _offset_delete),
        (DeleteGroupsRequest, _delete_groups),
        (JoinGroupRequest, _join_group),
    )
}


class SlowCoordinator(Proxy):
    """In front of the one broker at `bootstrap`; `refused` counts by client id and kind of request."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__(bootstrap)
        self.RequestHandlerClass = _Connection
        self.refused: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def kinds(self, client_id: str) -> set[str]:
        """What this client asked about groups, and was refused as often as anybody is."""
        with self._lock:
            return {
                kind for (client, kind), n in self.refused.items() if (client, n) == (client_id, REFUSALS)
            }

    def refusal(self, message: bytes) -> bytes | None:
        """The answer to a request that is refused."""
        key, version, correlation = struct.unpack_from(">hhi", message)
        if key not in _REFUSALS:
            return None
        kind, refusal = _REFUSALS[key]
        asked = kind.decode(message, version=version, header=True)
        asked.API_VERSION = version
        with self._lock:
            count = self.refused[asked.header.client_id, kind.__name__]
            if count == REFUSALS:
                return None
            self.refused[asked.header.client_id, kind.__name__] = count + 1
        answer = refusal(asked, LOADING if count else NOT_COORDINATOR)
        answer.API_VERSION = version
        answer.with_header(correlation_id=correlation)
        return bytes(answer.encode(header=True))


class _Connection(StreamRequestHandler):
    server: SlowCoordinator

    def handle(self) -> None:
        """One request after the other, as a broker serves a connection."""
        with suppress(OSError), socket.create_connection(self.server.broker) as broker:
            answers = broker.makefile("rb")
            for frame in frames(self.rfile):
                refusal = self.server.refusal(frame[4:])
                if refusal is not None:
                    self.wfile.write(len(refusal).to_bytes(4, "big") + refusal)
                    continue
                broker.sendall(frame)
                self.wfile.write(self.server.response(next(frames(answers))))


@contextmanager
def slow_coordinator(bootstrap: str) -> Iterator[SlowCoordinator]:
    with SlowCoordinator(bootstrap) as slow:
        serving = Thread(target=slow.serve_forever)
        serving.start()
        try:
            yield slow
        finally:
            slow.shutdown()
            serving.join()
