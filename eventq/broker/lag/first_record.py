"""The first readable record of each range, without a consumer: Fetch requests to all leaders in parallel.

A leader answers many partitions at once, each with as many whole batches as fit into a few kilobytes; one
whose first batch is larger answers nothing in company, and is asked for alone.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kafka.errors import KafkaError
from kafka.protocol.consumer import FetchRequest
from kafka.protocol.metadata import MetadataRequest

from eventq.broker.errors import error_text
from eventq.broker.lag.nodes import IN_FLIGHT, Nodes
from eventq.broker.lag.record_batches import first_of
from eventq.broker.lag.wire import code_text, read_topic
from eventq.broker.patience import MOVED
from eventq.core.kafka import Isolation
from eventq.core.lag.reads import FirstRecord, Range
from eventq.core.settings.settings import Connection

_PARTITION_BYTES = 16 * 1024
_ALONE_BYTES = 1024 * 1024
_PARTITIONS = 200
_TOPIC_NAMES = 12  # the last version of Fetch that takes names instead of ids


@dataclass(slots=True)
class _Search:
    """One range being looked through; `at` is the next offset to fetch."""

    range: Range
    leader: int
    at: int
    alone: bool = False


class FirstRecords:
    """Connects at the first question."""

    def __init__(self, connection: Connection, isolation: Isolation) -> None:
        self._connection, self._committed = connection, isolation is Isolation.READ_COMMITTED
        self._nodes: Nodes | None = None

    def close(self) -> None:
        if self._nodes is not None:
            self._nodes.close()

    def find(self, ranges: Collection[Range]) -> dict[Range, FirstRecord]:
        """Of every range; what was not found within the connect timeout has that as its error.

        Where a leader moves or dies meanwhile, the one that follows is asked, while patience lasts.
        """
        nodes = self._nodes = self._nodes or Nodes(self._connection)
        until = time.monotonic() + self._connection.connect_timeout
        return nodes.patience.settled(
            "first records", ranges, lambda some: self._asked(nodes, some, until), lambda first: first.moved
        )

    def _asked(self, nodes: Nodes, ranges: Sequence[Range], until: float) -> dict[Range, FirstRecord]:
        leaders = _leaders(nodes, {rest.topic for rest in ranges})
        found: dict[Range, FirstRecord] = {}
        searches = []
        for rest in ranges:
            key = rest.topic, rest.partition
            leader = leaders.get(key)
            if leader is None:
                found[rest] = FirstRecord(error="the partition has no leader", moved=key in leaders)
            else:
                searches.append(_Search(rest, leader, rest.start))
        self._search(nodes, searches, found, until)
        return found

    def _search(
        self, nodes: Nodes, searches: list[_Search], found: dict[Range, FirstRecord], until: float
    ) -> None:
        while searches and time.monotonic() < until:
            asked = _companies(searches)
            requests = [(self._fetch(company), company[0].leader) for company in asked]
            for company, answer in zip(asked, nodes.ask(requests), strict=True):
                found.update(self._read(company, answer))
            searches = [search for search in searches if search.range not in found]
        late = FirstRecord(error=f"no record was found within {self._connection.connect_timeout:g} s")
        found.update((search.range, late) for search in searches)

    def _fetch(self, company: Sequence[_Search]) -> Any:
        topic = FetchRequest.FetchTopic
        rows: dict[str, list[Any]] = defaultdict(list)
        for search in company:
            row = topic.FetchPartition(
                partition=search.range.partition,
                current_leader_epoch=-1,
                fetch_offset=search.at,
                last_fetched_epoch=-1,
                log_start_offset=-1,
                partition_max_bytes=_ALONE_BYTES if search.alone else _PARTITION_BYTES,
            )
            rows[search.range.topic].append(row)
        return FetchRequest(
            max_wait_ms=0,
            min_bytes=0,
            max_bytes=_PARTITIONS * _PARTITION_BYTES,
            isolation_level=int(self._committed),
            session_id=0,
            session_epoch=-1,
            topics=[topic(topic=name, partitions=parts) for name, parts in rows.items()],
            forgotten_topics_data=[],
            rack_id="",
            min_version=4,
            max_version=_TOPIC_NAMES,
        )

    def _read(self, company: Sequence[_Search], answer: Any) -> dict[Range, FirstRecord]:
        """What was found; the searches of the others go on where this answer ends."""
        if isinstance(answer, Exception):
            failed = FirstRecord(error=error_text(answer), moved=True)
            return {search.range: failed for search in company}
        rows = {(t.topic, row.partition_index): row for t in answer.responses for row in t.partitions}
        pairs = [(s, rows.get((s.range.topic, s.range.partition))) for s in company]
        results = {search.range: self._advance(search, row) for search, row in pairs}
        return {rest: result for rest, result in results.items() if result is not None}

    def _advance(self, search: _Search, row: Any) -> FirstRecord | None:
        if failed := _refused(row):
            return failed
        try:
            timestamp, search.at = first_of(row, search.at, search.range.end, committed=self._committed)
        except KafkaError as error:
            return FirstRecord(error=error_text(error))
        if timestamp is not None:
            return _dated(timestamp)
        if search.at >= search.range.end:
            return FirstRecord()
        if not row.records and search.alone:  # a new leader does not know at first how far it may answer
            return FirstRecord(error="the leader returned no record there", moved=True)
        search.alone = True
        return None


def _refused(row: Any) -> FirstRecord | None:
    if row is None:
        return FirstRecord(error="the leader's answer does not include it")
    if row.error_code:
        return FirstRecord(error=code_text(row.error_code), moved=row.error_code in MOVED)
    return None


def _leaders(nodes: Nodes, names: Iterable[str]) -> dict[tuple[str, int], int | None]:
    """Of each partition that exists, by topic and number; None while it has none."""
    wanted = [MetadataRequest.MetadataRequestTopic(name=name) for name in sorted(names)]
    (answer,) = nodes.ask_any([MetadataRequest(topics=wanted, allow_auto_topic_creation=False)])
    topics = [read_topic(topic) for topic in answer.topics]
    return {(topic.topic, n): leader for topic in topics for n, leader in topic.leaders.items()}


def _companies(searches: Iterable[_Search]) -> list[list[_Search]]:
    """What to ask at once: a request has a partition but once, a leader has so many requests in flight."""
    by_leader: dict[int, list[list[_Search]]] = defaultdict(list)
    keys: dict[int, set[tuple[str, int]]] = {}
    for search in searches:
        asked, key = by_leader[search.leader], (search.range.topic, search.range.partition)
        open_ = next((c for c in asked if not (search.alone or _closed(c) or key in keys[id(c)])), None)
        if open_ is None:
            if len(asked) == IN_FLIGHT:
                continue
            asked.append(open_ := [])
            keys[id(open_)] = set()
        open_.append(search)
        keys[id(open_)].add(key)
    return [company for asked in by_leader.values() for company in asked]


def _closed(company: Sequence[_Search]) -> bool:
    return company[0].alone or len(company) == _PARTITIONS


def _dated(timestamp_ms: int) -> FirstRecord:
    if timestamp_ms < 0:
        return FirstRecord(error="the record has no timestamp")
    return FirstRecord(timestamp_ms / 1000)
