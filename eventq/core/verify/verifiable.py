"""The output of Kafka's VerifiableProducer as a ledger: JSON lines that tell of each event.

    {"timestamp":…,"name":"producer_send_success","key":null,"value":"17","topic":"orders","partition":0,"offset":5}
    {"timestamp":…,"name":"producer_send_error","key":null,"value":"18","topic":"orders","exception":…,"message":…}
    {"timestamp":…,"name":"tool_data","sent":19,"acked":18, …}

It sends the numbers from 0 on as values, with --value-prefix P as P.0, P.1 and so on. Lines of other kinds
are skipped, and those that are no JSON: log output between them, a last line that is cut off.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from eventq.core.errors import UsageError
from eventq.core.identity import Identity
from eventq.core.ledger.lines import EndLine, Fate, Line, OfferLine, RunLine
from eventq.core.ledger.settlements import Settlements
from eventq.core.verify.stamps import StampKind, of_value

_BATCH = 1000
"""Events that are told of in one line of ours."""

_MOST = 2**31
_ACKED, _FAILED, _END = "producer_send_success", "producer_send_error", "tool_data"


class _Producer:
    """What the lines say so far, of one run in one topic."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._settlements = Settlements()
        self._identity: tuple[str, str] | None = None
        self._waiting = self._top = 0
        self.acked = self.unknown = 0

    def add(self, fields: dict[str, Any]) -> Iterator[Line]:
        one, topic = self._event(fields), str(fields.get("topic"))
        if self._identity is None:
            self._identity = one.run, topic
            yield RunLine(one.run, 0, 1, topic, None, None, "all", False, StampKind.VALUE.value, None, "")
        if self._identity != (one.run, topic):
            raise UsageError(
                f"{self._file} tells of more than one producer: {self._identity} and {(one.run, topic)}",
                hint="a ledger has one topic and one --value-prefix",
            )
        self._top, self._waiting = max(self._top, one.sequence + 1), self._waiting + 1
        self._settle(fields, one.sequence)
        if self._waiting >= _BATCH:
            yield from self.settled()

    def _event(self, fields: dict[str, Any]) -> Identity:
        found = of_value(str(fields.get("value")))
        if found is None or found.sequence >= _MOST:
            raise UsageError(
                f"{self._file}: not a value of VerifiableProducer: {str(fields.get('value'))!r:.60}",
                hint="its values are 0, 1, 2 and so on, with --value-prefix P: P.0, P.1",
            )
        return found

    def _settle(self, fields: dict[str, Any], k: int) -> None:
        if fields["name"] == _FAILED:  # it names no code by which to tell what was refused for certain
            self.unknown += 1
            self._settlements.settled(Fate.UNKNOWN, None, [(k, k)])
            return
        partition, offset = fields.get("partition"), fields.get("offset")
        known = isinstance(partition, int) and isinstance(offset, int) and offset >= 0
        self.acked += 1
        self._settlements.acked([(k, k)], {partition: (offset, offset, 1)} if known else {})  # type: ignore[dict-item]

    def settled(self) -> Iterator[Line]:
        if self._waiting:
            self._waiting = 0
            yield OfferLine(self._top)
            yield from self._settlements.take()

    def end(self) -> Iterator[Line]:
        """It had told of everything that it sent."""
        yield EndLine(self._top, self.acked, 0, self.unknown, 0, 0, complete=True)


def verifiable_lines(texts: Iterable[bytes], file: str) -> Iterator[Line]:
    """The lines of a ledger that say the same. UsageError for what no VerifiableProducer has printed."""
    producer, ended = _Producer(file), False
    for text in texts:
        fields = _fields(text)
        if fields.get("name") in {_ACKED, _FAILED}:
            yield from producer.add(fields)
        ended = ended or fields.get("name") == _END
    yield from producer.settled()
    if not producer.acked and not producer.unknown:
        raise UsageError(
            f"{file} has no event of a VerifiableProducer", hint=f"lines with the name {_ACKED} tell of them"
        )
    if ended:
        yield from producer.end()


def _fields(text: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
