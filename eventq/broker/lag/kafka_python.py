"""The reads that lag needs, over kafka-python: batched per coordinator and leader, all nodes in parallel.

The client's own one-call helpers ask node after node and fail every partition when one fails; these keep
each error with the part that it belongs to.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kafka.protocol.admin import DescribeGroupsRequest, ListGroupsRequest
from kafka.protocol.consumer import OffsetSpec
from kafka.protocol.metadata import FindCoordinatorRequest, MetadataRequest
from typing_extensions import Self

from eventq.broker.errors import error_text, silent
from eventq.broker.lag import kip848 as consumer_groups
from eventq.broker.lag.nodes import Nodes
from eventq.broker.lag.undescribed import looked_up, undescribed
from eventq.broker.lag.wire import (
    COORDINATOR_NOT_AVAILABLE,
    UNKNOWN_PARTITION,
    code_text,
    commits,
    description,
    error_of,
    list_offsets,
    listed,
    offset_fetch,
    offsets,
    read_topic,
)
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.reads import Commits, Description, ListedGroup, Listing, Topic, bound
from eventq.core.settings.settings import Connection

_GROUPS_PER_REQUEST = 100
_RETRIES = 20
_RETRY_SECONDS = 0.1


class KafkaPythonLagReader:
    """Serves LagReader of loops/lag/snapshot.py; use it as a context manager."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._nodes = Nodes(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._nodes.close()

    def list_groups(self) -> Listing:
        nodes = self._nodes.ids
        answers = self._nodes.ask([(ListGroupsRequest(), node) for node in nodes])
        groups: dict[str, ListedGroup] = {}
        errors = []
        for node, answer in zip(nodes, answers, strict=True):
            error = error_of(answer)
            if error:
                errors.append(f"broker {node} did not list its groups: {error}")
            else:
                groups.update((g.group_id, listed(g)) for g in answer.groups)
        if len(errors) == len(nodes):
            raise silent(self._connection, errors[0] if errors else "no broker is known")
        return Listing(tuple(groups.values()), tuple(errors))

    def describe(self, groups: Sequence[ListedGroup]) -> dict[str, Description]:
        """Of a group whose type is not known yet, as a classic one first; most are."""
        found = {g.group: undescribed(g) for g in groups if g.type not in {"", "classic", "consumer"}}
        classic = [g.group for g in groups if g.type in {"", "classic"}]
        found |= self._described(classic, lambda names: DescribeGroupsRequest(groups=names), description)
        newer = [g.group for g in groups if g.type == "consumer"]
        found |= self._described(newer, consumer_groups.request, consumer_groups.description)
        if unsure := [g.group for g in groups if not (g.type or found[g.group].exists)]:
            found |= self._newer(unsure)
        if unsure := [name for name in unsure if not found[name].exists]:
            found |= looked_up(unsure, self.list_groups())
        return found

    def _newer(self, names: Sequence[str]) -> dict[str, Description]:
        """Those of the names that are groups of the newer protocol; none where the brokers don't have it."""
        asked = self._described(names, consumer_groups.request, consumer_groups.description)
        return {name: one for name, one in asked.items() if one.exists and one.error is None}

    def _described(
        self,
        names: Sequence[str],
        request: Callable[[list[str]], Any],
        read: Callable[[Any], Description],
    ) -> dict[str, Description]:
        asked, failed = self._by_coordinator(names)
        found = {name: Description(error=error) for name, error in failed.items()}
        answers = self._nodes.ask([(request(batch), node) for node, batch in asked])
        for (_, batch), answer in zip(asked, answers, strict=True):
            if isinstance(answer, Exception):
                found.update((name, Description(error=error_text(answer))) for name in batch)
            else:
                found.update((group.group_id, read(group)) for group in answer.groups)
        return found

    def committed(self, groups: Sequence[str]) -> dict[str, Commits]:
        asked, failed = self._by_coordinator(groups)
        found = {name: Commits(error=error) for name, error in failed.items()}
        answers = self._nodes.ask([(offset_fetch(names), node) for node, names in asked])
        for (_, names), answer in zip(asked, answers, strict=True):
            error = error_of(answer)
            if error:
                found.update((name, Commits(error=error)) for name in names)
            else:
                found.update((group.group_id, commits(group)) for group in answer.groups)
        return found

    def topics(self, names: Iterable[str]) -> dict[str, Topic]:
        wanted = [MetadataRequest.MetadataRequestTopic(name=name) for name in names]
        request = MetadataRequest(topics=wanted, allow_auto_topic_creation=False)
        (answer,) = self._nodes.ask_any([request])
        return {t.name: read_topic(t) for t in answer.topics if t.error_code != UNKNOWN_PARTITION}

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> dict[TopicPartition, Bounds]:
        """Log start, end and, under read-committed, the high watermark: two or three requests a leader."""
        by_leader: dict[int, list[TopicPartition]] = defaultdict(list)
        for key, leader in leaders.items():
            by_leader[leader].append(key)
        committed = isolation is Isolation.READ_COMMITTED
        specs = [(OffsetSpec.EARLIEST, 0), (OffsetSpec.LATEST, int(committed))]
        specs += [(OffsetSpec.LATEST, 0)] if committed else []
        answers = self._nodes.ask(
            [(list_offsets(keys, *spec), node) for spec in specs for node, keys in by_leader.items()]
        )
        size = len(by_leader)
        columns = [offsets(answers[i * size : (i + 1) * size], by_leader) for i in range(len(specs))]
        return {key: bound([column[key] for column in columns]) for key in leaders}

    def _by_coordinator(self, groups: Sequence[str]) -> tuple[list[tuple[int, list[str]]], dict[str, str]]:
        """Batches of groups by the node to ask, and why the rest has none; asked anew, coordinators move."""
        nodes: dict[int, list[str]] = defaultdict(list)
        failed = self._find(groups, nodes)
        for _ in range(_RETRIES):
            if COORDINATOR_NOT_AVAILABLE not in failed.values():
                break
            time.sleep(_RETRY_SECONDS)  # a young cluster makes its offsets topic at the first question
            waiting = [name for name, error in failed.items() if error == COORDINATOR_NOT_AVAILABLE]
            failed = {**failed, **dict.fromkeys(waiting, "")} | self._find(waiting, nodes)
            failed = {name: error for name, error in failed.items() if error}
        asked = [
            (node, names[i : i + _GROUPS_PER_REQUEST])
            for node, names in nodes.items()
            for i in range(0, len(names), _GROUPS_PER_REQUEST)
        ]
        return asked, failed

    def _find(self, groups: Sequence[str], nodes: dict[int, list[str]]) -> dict[str, str]:
        """Files each group under its coordinator; returns the errors of those that have none."""
        batches = [
            list(groups[i : i + _GROUPS_PER_REQUEST]) for i in range(0, len(groups), _GROUPS_PER_REQUEST)
        ]
        requests = [FindCoordinatorRequest(key_type=0, coordinator_keys=b, min_version=4) for b in batches]
        failed: dict[str, str] = {}
        answers = self._nodes.ask_any(requests)
        for batch, answer in zip(batches, answers, strict=True):
            if isinstance(answer, Exception):
                failed.update(dict.fromkeys(batch, error_text(answer)))
                continue
            for row in answer.coordinators:
                if row.error_code:
                    failed[row.key] = code_text(row.error_code)
                else:
                    nodes[row.node_id].append(row.key)
        return failed
