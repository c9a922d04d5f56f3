"""The reads that lag needs, over librdkafka's admin client: it describes classic and newer consumer groups.

librdkafka finds coordinators and leaders itself and asks them all at once; every error is kept with its part.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaException, TopicCollection
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import OffsetSpec
from typing_extensions import Self

from eventq.broker.lag_kinds import looked_up, undescribed
from eventq.broker.lag_librdkafka_values import (
    UNKNOWN_TOPIC,
    commits,
    description,
    listed,
    offset,
    read_topic,
)
from eventq.broker.librdkafka_admin import answer, code, failure, librdkafka_admin
from eventq.broker.unreachable import silent
from eventq.core.lag_reads import (
    Bounds,
    Commits,
    Description,
    Isolation,
    ListedGroup,
    Listing,
    Topic,
    TopicPartition,
    bound,
)
from eventq.core.settings import Connection

if TYPE_CHECKING:
    from eventq.broker.lag import KafkaPythonLagReader

_AT_ONCE = 64


class LibrdkafkaLagReader:
    """Serves loops.lag.LagReader; use it as a context manager."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._timeout = connection.connect_timeout
        self._admin = librdkafka_admin(connection)
        self._kinds: KafkaPythonLagReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._kinds is not None:
            self._kinds.__exit__()

    def list_groups(self) -> Listing:
        found = answer(self._admin.list_consumer_groups(request_timeout=self._timeout))
        if isinstance(found, KafkaException):
            raise silent(self._connection, failure(found))
        errors = tuple(f"a broker did not list its groups: {failure(error)}" for error in found.errors)
        if errors and not found.valid:
            raise silent(self._connection, errors[0])
        groups = {group.group_id: listed(group) for group in found.valid}
        if not errors and self._names() - groups.keys():
            groups = {group.group: group for group in self._every_kind().groups} | groups
        return Listing(tuple(groups.values()), errors)

    def describe(self, groups: Sequence[ListedGroup]) -> dict[str, Description]:
        found = {g.group: undescribed(g) for g in groups if g.type not in {"", "classic", "consumer"}}
        asked = [group.group for group in groups if group.group not in found]
        answers = self._describe(asked) if asked else {}
        if answers and all(isinstance(one, KafkaException) and code(one) < 0 for one in answers.values()):
            self.list_groups()  # says whether only the coordinators are away, or everything
        found.update((name, description(one)) for name, one in answers.items())
        unsure = [g.group for g in groups if not (g.type or found[g.group].exists)]
        return {**found, **(looked_up(unsure, self._every_kind()) if unsure else {})}

    def committed(self, groups: Sequence[str]) -> dict[str, Commits]:
        """One group a call, as librdkafka has it, some of them at once."""
        found: dict[str, Commits] = {}
        for i in range(0, len(groups), _AT_ONCE):
            asked = [ConsumerGroupTopicPartitions(name) for name in groups[i : i + _AT_ONCE]]
            futures = [
                self._admin.list_consumer_group_offsets([one], request_timeout=self._timeout) for one in asked
            ]
            found.update((name, commits(answer(one))) for each in futures for name, one in each.items())
        return found

    def topics(self, names: Iterable[str]) -> dict[str, Topic]:
        futures = self._admin.describe_topics(TopicCollection(list(names)), request_timeout=self._timeout)
        answers = {name: answer(future) for name, future in futures.items()}
        failed = [one for one in answers.values() if isinstance(one, KafkaException) and code(one) < 0]
        if failed and len(failed) == len(answers):
            raise silent(self._connection, failure(failed[0]))
        return {
            name: read_topic(name, one)
            for name, one in answers.items()
            if not (isinstance(one, KafkaException) and code(one) == UNKNOWN_TOPIC)
        }

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> dict[TopicPartition, Bounds]:
        """Log start, end and, under read-committed, the high watermark: two or three requests a leader."""
        committed = isolation is Isolation.READ_COMMITTED
        specs = [(OffsetSpec.earliest(), False), (OffsetSpec.latest(), committed)]
        specs += [(OffsetSpec.latest(), False)] if committed else []
        places = {key: Place(*key) for key in leaders}
        asked = [self._offsets(places.values(), spec, stable=stable) for spec, stable in specs]
        return {
            key: bound([offset(answer(column[place])) for column in asked]) for key, place in places.items()
        }

    def _describe(self, names: list[str]) -> dict[str, Any]:
        futures = self._admin.describe_consumer_groups(names, request_timeout=self._timeout)
        return {name: answer(future) for name, future in futures.items()}

    def _offsets(self, places: Iterable[Place], spec: OffsetSpec, *, stable: bool) -> dict[Place, Any]:
        level = IsolationLevel.READ_COMMITTED if stable else IsolationLevel.READ_UNCOMMITTED
        asked = dict.fromkeys(places, spec)
        return dict(
            self._admin.list_offsets(asked, isolation_level=level, request_timeout=self._timeout).items()
        )

    def _names(self) -> set[str]:
        """Every group of any kind; librdkafka's newer listing leaves out those that are not consumers'."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return {group.id for group in self._admin.list_groups(timeout=self._timeout)}

    def _every_kind(self) -> Listing:
        """Groups with their kind by kafka-python: librdkafka does not know share and streams groups."""
        if self._kinds is None:
            from eventq.broker.lag import KafkaPythonLagReader

            self._kinds = KafkaPythonLagReader(self._connection)
        return self._kinds.list_groups()
