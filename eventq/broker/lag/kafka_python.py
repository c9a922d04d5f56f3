"""The reads that lag needs, over kafka-python: batched per coordinator and leader, all nodes in parallel.

The client's own one-call helpers ask node after node and fail every partition when one fails; these keep
each error with the part that it belongs to.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kafka.protocol.admin import DescribeGroupsRequest, ListGroupsRequest
from kafka.protocol.consumer import OffsetSpec
from kafka.protocol.metadata import MetadataRequest
from typing_extensions import Self

from eventq.broker.errors import silent
from eventq.broker.lag import kip848
from eventq.broker.lag.coordinators import Coordinators, refused_for_now
from eventq.broker.lag.nodes import Nodes
from eventq.broker.lag.undescribed import looked_up, undescribed
from eventq.broker.lag.wire import (
    UNKNOWN_PARTITION,
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
from eventq.core.offsets_topic import OFFSETS_TOPIC, group_of_each_partition
from eventq.core.settings.settings import Connection


class KafkaPythonLagReader:
    """Serves LagReader of loops/lag/snapshot.py; use it as a context manager.

    `nodes` and `coordinators` serve whoever asks something else over the same connections.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.nodes = Nodes(connection)
        self.coordinators = Coordinators(self.nodes)
        self._listed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.nodes.close()

    def list_groups(self) -> Listing:
        if not self._listed:
            self._await_groups()
        self._listed = False
        nodes = self.nodes.ids
        answers = self.nodes.patience.settled("listing", nodes, self._list, refused_for_now)
        groups: dict[str, ListedGroup] = {}
        errors = []
        for node, answer in answers.items():
            error = error_of(answer)
            if error:
                errors.append(f"broker {node} did not list its groups: {error}")
            else:
                groups.update((g.group_id, listed(g)) for g in answer.groups)
        if len(errors) == len(nodes):
            raise silent(self._connection, errors[0] if errors else "no broker is known")
        self._listed = not errors
        return Listing(tuple(groups.values()), tuple(errors))

    def _await_groups(self) -> None:
        """A broker that has not begun yet to load a partition of the offsets topic lists none of its groups,
        and that is no error; asked about one of them, it says so.
        """
        offsets = self.topics([OFFSETS_TOPIC]).get(OFFSETS_TOPIC)
        names = group_of_each_partition(len(offsets.leaders)) if offsets else []
        self.coordinators.ask(names, lambda some: DescribeGroupsRequest(groups=some))

    def _list(self, nodes: Sequence[int]) -> dict[int, Any]:
        answers = self.nodes.ask([(ListGroupsRequest(), node) for node in nodes])
        return dict(zip(nodes, answers, strict=True))

    def describe(self, groups: Sequence[ListedGroup]) -> dict[str, Description]:
        """Of a group whose type is not known yet, as a classic one first; most are."""
        found = {g.group: undescribed(g) for g in groups if g.type not in {"", "classic", "consumer"}}
        classic = [g.group for g in groups if g.type in {"", "classic"}]
        found |= self._described(classic, lambda names: DescribeGroupsRequest(groups=names), description)
        newer = [g.group for g in groups if g.type == "consumer"]
        found |= self._described(newer, kip848.request, kip848.description)
        if unsure := [g.group for g in groups if not (g.type or found[g.group].exists)]:
            found |= self._newer(unsure)
        if unsure := [name for name in unsure if not found[name].exists]:
            found |= looked_up(unsure, self.list_groups())
        return found

    def _newer(self, names: Sequence[str]) -> dict[str, Description]:
        """Those of the names that are groups of the newer protocol; none where the brokers don't have it."""
        asked = self._described(names, kip848.request, kip848.description)
        return {name: one for name, one in asked.items() if one.exists and one.error is None}

    def _described(
        self,
        names: Sequence[str],
        request: Callable[[list[str]], Any],
        read: Callable[[Any], Description],
    ) -> dict[str, Description]:
        return {name: read(answer) for name, answer in self.coordinators.ask(names, request).items()}

    def committed(self, groups: Sequence[str]) -> dict[str, Commits]:
        return {name: commits(one) for name, one in self.coordinators.ask(groups, offset_fetch).items()}

    def topics(self, names: Iterable[str]) -> dict[str, Topic]:
        wanted = [MetadataRequest.MetadataRequestTopic(name=name) for name in names]
        request = MetadataRequest(topics=wanted, allow_auto_topic_creation=False)
        (answer,) = self.nodes.ask_any([request])
        return {t.name: read_topic(t) for t in answer.topics if t.error_code != UNKNOWN_PARTITION}

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> dict[TopicPartition, Bounds]:
        """Log start, end and, under read-committed, the high watermark: two or three requests a leader."""
        committed = isolation is Isolation.READ_COMMITTED
        specs = [(OffsetSpec.EARLIEST, 0), (OffsetSpec.LATEST, int(committed))]
        specs += [(OffsetSpec.LATEST, 0)] if committed else []
        columns = self._offsets(leaders, specs)
        return {key: bound([column[key] for column in columns]) for key in leaders}

    def ends(self, leaders: Mapping[TopicPartition, int]) -> dict[TopicPartition, int | Bounds]:
        """The high watermark of each partition, or its error: one request a leader."""
        (column,) = self._offsets(leaders, [(OffsetSpec.LATEST, 0)])
        return column

    def _offsets(
        self, leaders: Mapping[TopicPartition, int], specs: Sequence[tuple[int, int]]
    ) -> list[dict[TopicPartition, int | Bounds]]:
        """A column for each pair of which offset and which isolation, all asked for at once."""
        by_leader: dict[int, list[TopicPartition]] = defaultdict(list)
        for key, leader in leaders.items():
            by_leader[leader].append(key)
        answers = self.nodes.ask(
            [(list_offsets(keys, *spec), node) for spec in specs for node, keys in by_leader.items()]
        )
        size = len(by_leader)
        return [offsets(answers[i * size : (i + 1) * size], by_leader) for i in range(len(specs))]
