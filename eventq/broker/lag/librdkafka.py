"""The reads that lag needs, over librdkafka's admin client: it describes classic and newer consumer groups.

librdkafka finds coordinators and leaders itself and asks them all at once; every error is kept with its part.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaException, TopicCollection
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import OffsetSpec

from eventq.broker.errors import silent
from eventq.broker.lag.librdkafka_values import (
    commits,
    description,
    listed,
    missing,
    offset,
    read_topic,
    refused_or_late,
    topic_without_id,
    unanswered,
    unlisted_for_now,
)
from eventq.broker.lag.undescribed import looked_up, undescribed
from eventq.broker.librdkafka import failure
from eventq.broker.librdkafka_admin import librdkafka_admin
from eventq.broker.patience import Patience
from eventq.core.kafka import Bounds, Isolation, TopicPartition
from eventq.core.lag.reads import Commits, Description, ListedGroup, Listing, Topic, bound
from eventq.core.offsets_topic import OFFSETS_TOPIC, group_of_each_partition
from eventq.core.settings.settings import Connection

if TYPE_CHECKING:
    from typing_extensions import Self

    from eventq.broker.lag.kafka_python import KafkaPythonLagReader

_GROUPS_AT_ONCE = 64
_NAMELESS = ""
"""A group's name that librdkafka does not take."""
_ALL = ""
_FIRST_SECONDS = 2.0

Key = TypeVar("Key")


class LibrdkafkaLagReader:
    """Serves LagReader of loops/lag/snapshot.py; use it as a context manager."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._patience = Patience(connection.connect_timeout)
        self._admin = librdkafka_admin(connection)
        self._kafka_python: KafkaPythonLagReader | None = None
        self._listed = False

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        if self._kafka_python is not None:
            self._kafka_python.__exit__()

    def list_groups(self) -> Listing:
        if not self._listed:
            self._await_groups()
        self._listed = False
        found = self._patience.settled("listing", [_ALL], self._list, unlisted_for_now)[_ALL]
        failed, valid = ([found], []) if isinstance(found, KafkaException) else (found.errors, found.valid)
        errors = tuple(f"a broker did not list its groups: {failure(error)}" for error in failed)
        self._patience.note("list", answered=not errors)
        if errors and not valid:
            self._metadata()  # says whether nobody answers, or those who do have no groups
        self._listed = not errors
        groups = {group.group_id: listed(group) for group in valid}
        if not errors and self._names() - groups.keys():
            groups = {group.group: group for group in self._every_kind().groups} | groups
        return Listing(tuple(groups.values()), errors)

    def _await_groups(self) -> None:
        """As over kafka-python: what is not being loaded yet is not listed, and that is no error."""
        offsets = self.topics([OFFSETS_TOPIC]).get(OFFSETS_TOPIC)
        self._describe(group_of_each_partition(len(offsets.leaders)) if offsets else [])

    def _list(self, asked: list[str]) -> dict[str, Any]:
        future = self._admin.list_consumer_groups(request_timeout=self._patience.seconds)
        return self._answers("list", dict.fromkeys(asked, future))

    def describe(self, groups: Sequence[ListedGroup]) -> dict[str, Description]:
        found = {g.group: undescribed(g) for g in groups if g.type not in {"", "classic", "consumer"}}
        nameless = [group for group in groups if group.group == _NAMELESS]
        found |= self._other.describe(nameless) if nameless else {}
        answers = self._describe([group.group for group in groups if group.group not in found])
        if answers and all(map(unanswered, answers.values())):
            self._metadata()  # says whether only the coordinators are away, or everything
            self._renew()
        found.update((name, description(one)) for name, one in answers.items())
        unsure = [g.group for g in groups if not (g.type or found[g.group].exists)]
        return {**found, **(looked_up(unsure, self._every_kind()) if unsure else {})}

    def _metadata(self) -> Any:
        """Of all topics, from any broker: other requests want a coordinator or a controller to answer."""
        try:
            return self._admin.list_topics(timeout=self._patience.seconds)
        except KafkaException as error:
            raise silent(self._connection, failure(error)) from error

    def _renew(self) -> None:
        """After an outage librdkafka (2.16) may ask no coordinator ever again, where a new client does."""
        self._admin = librdkafka_admin(self._connection)

    def _describe(self, names: list[str]) -> dict[str, Any]:
        return self._coordinated(names, self._ask_descriptions)

    def _ask_descriptions(self, names: list[str], seconds: float) -> dict[str, Any]:
        return self._answers("describe", self._admin.describe_consumer_groups(names, request_timeout=seconds))

    def _coordinated(
        self, groups: Iterable[str], ask: Callable[[list[str], float], Mapping[str, Any]]
    ) -> dict[str, Any]:
        """What coordinators answer. They are asked for a longer time each time.

        librdkafka drops a request when its coordinator was not there for some 300 ms, and yet waits until
        the request's time is over.
        """
        full = self._patience.seconds
        times = (min(_FIRST_SECONDS * 2**n, full) for n in count())
        return self._patience.settled(
            "coordinators", groups, lambda some: ask(some, next(times)), refused_or_late
        )

    def committed(self, groups: Sequence[str]) -> dict[str, Commits]:
        named = [group for group in groups if group != _NAMELESS]
        found = {name: commits(one) for name, one in self._coordinated(named, self._ask_commits).items()}
        return found | (self._other.committed([_NAMELESS]) if _NAMELESS in groups else {})

    def _ask_commits(self, groups: list[str], seconds: float) -> dict[str, Any]:
        """One group a call, as librdkafka has it, some of them at once."""
        found: dict[str, Any] = {}
        for i in range(0, len(groups), _GROUPS_AT_ONCE):
            asked = [self._commits_of(group, seconds) for group in groups[i : i + _GROUPS_AT_ONCE]]
            futures = {name: future for call in asked for name, future in call.items()}
            found |= self._answers("commits", futures)
        return found

    def _commits_of(self, group: str, seconds: float) -> dict[str, Any]:
        asked = [ConsumerGroupTopicPartitions(group)]
        return dict(self._admin.list_consumer_group_offsets(asked, request_timeout=seconds).items())

    def topics(self, names: Iterable[str]) -> dict[str, Topic]:
        wanted = TopicCollection(list(names))
        futures = self._admin.describe_topics(wanted, request_timeout=self._patience.seconds)
        answers = self._answers("topics", futures)
        if all(map(unanswered, answers.values())):
            known = self._metadata().topics
            return {name: topic_without_id(known[name]) for name in answers if name in known}
        return {name: read_topic(name, one) for name, one in answers.items() if not missing(one)}

    def bounds(
        self, leaders: Mapping[TopicPartition, int], isolation: Isolation
    ) -> dict[TopicPartition, Bounds]:
        """Log start, end and, under read-committed, the high watermark: two or three requests a leader."""
        committed = isolation is Isolation.READ_COMMITTED
        specs = [(OffsetSpec.earliest(), False), (OffsetSpec.latest(), committed)]
        specs += [(OffsetSpec.latest(), False)] if committed else []
        places = {key: Place(*key) for key in leaders}
        asked = [self._offsets(places.values(), spec, stable=stable) for spec, stable in specs]
        columns = [self._answers("bounds", futures) for futures in asked]
        return {key: bound([offset(column[place]) for column in columns]) for key, place in places.items()}

    def _offsets(self, places: Iterable[Place], spec: OffsetSpec, *, stable: bool) -> dict[Place, Any]:
        level = IsolationLevel.READ_COMMITTED if stable else IsolationLevel.READ_UNCOMMITTED
        asked = dict.fromkeys(places, spec)
        seconds = self._patience.seconds
        return dict(self._admin.list_offsets(asked, isolation_level=level, request_timeout=seconds).items())

    def _answers(self, kind: str, futures: Mapping[Key, Any]) -> dict[Key, Any]:
        """Each future's result, or the KafkaException in its place."""
        found = {key: _answer(future) for key, future in futures.items()}
        self._patience.note(kind, answered=not any(map(unanswered, found.values())))
        return found

    def _names(self) -> set[str]:
        """Every group of any kind; librdkafka's newer listing leaves out those that are not consumers'."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                return {group.id for group in self._admin.list_groups(timeout=self._patience.seconds)}
            except KafkaException as error:
                raise silent(self._connection, failure(error)) from error

    def _every_kind(self) -> Listing:
        """Groups with their kind: librdkafka does not know share and streams groups."""
        return self._other.list_groups()

    @property
    def _other(self) -> "KafkaPythonLagReader":
        """For what librdkafka can't be asked."""
        if self._kafka_python is None:
            from eventq.broker.lag.kafka_python import KafkaPythonLagReader

            self._kafka_python = KafkaPythonLagReader(self._connection)
        return self._kafka_python


def _answer(future: Any) -> Any:
    try:
        return future.result()
    except KafkaException as error:
        return error
