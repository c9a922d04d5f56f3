"""Copies records in transactions over librdkafka; serves CopyTransactions of loops/consume.

Whatever fails, the producer is not used again: `open` makes another with the same transactional.id, and the
broker then ends what the old one left.
"""

from contextlib import suppress
from typing import Any, NoReturn

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import TopicPartition as At

from eventq.broker.consume.copying import (
    FENCED_CODES,
    OUTDATED_CODES,
    SETTLE_SECONDS,
    is_hopeless,
    refused,
    unavailable,
)
from eventq.broker.consume.librdkafka_copies import LibrdkafkaCopies
from eventq.broker.errors import reason
from eventq.broker.librdkafka import failure
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.report import Offsets
from eventq.core.transactions import TIMEOUT_SECONDS, Fenced, Outdated

_FENCED = FENCED_CODES | {KafkaError._FENCED}  # noqa: SLF001 - so the library names its own codes
_ABORT_SECONDS = 3.0
_UNTIL_THE_END = -1.0
"""With a time-out of its own the client's commit leaves its state behind; it ends with the transaction's."""


class LibrdkafkaTransactionalCopies(LibrdkafkaCopies):
    def __init__(self, plan: MemberPlan, target: str, transactional_id: str) -> None:
        super().__init__(plan, target)
        self._id = transactional_id
        self._in_transaction = False

    def settings(self) -> dict[str, Any]:
        config = super().settings()
        most = int(SETTLE_SECONDS * 1000)
        return {
            **config,
            "delivery.timeout.ms": min(int(config["delivery.timeout.ms"]), most),
            "transactional.id": self._id,
            "transaction.timeout.ms": int(TIMEOUT_SECONDS * 1000),
        }

    def open(self) -> None:
        self._in_transaction = False
        super().open()
        self._call(self.producer.init_transactions, TIMEOUT_SECONDS)

    @property
    def troubled(self) -> bool:
        """Whether a connection was lost since the transaction began."""
        return bool(self.errors)

    def begin(self) -> None:
        self.errors.clear()
        self._call(self.producer.begin_transaction)
        self._in_transaction = True

    def send_offsets(self, offsets: Offsets, group: object) -> None:
        ats = [At(self._plan.topic, partition, offset) for partition, offset in offsets.items()]
        self._call(self.producer.send_offsets_to_transaction, ats, group, TIMEOUT_SECONDS)

    def commit(self) -> None:
        self._call(self.producer.commit_transaction, _UNTIL_THE_END)
        self._in_transaction = False

    def _call(self, call: Any, *arguments: Any) -> None:
        try:
            call(*arguments)
        except KafkaException as error:
            self._judge(error.args[0], "")

    def _judge(self, error: KafkaError, where: str) -> NoReturn:
        code = error.code()
        if code in _FENCED:
            raise Fenced(reason(code, error.str()))
        if code in OUTDATED_CODES:
            raise Outdated(reason(code, error.str()))
        if is_hopeless(code):
            raise refused(self.target, where or f"{self._plan.topic}, in one transaction,", code, error.str())
        raise unavailable(self.target, reason(code, failure(error)))

    def close(self) -> None:
        """A transaction that is still open would keep readers waiting until the broker gives it up."""
        if self._in_transaction and self._producer is not None:
            self._in_transaction = False
            with suppress(KafkaException):  # else the broker ends it at its time-out
                self._producer.abort_transaction(_ABORT_SECONDS)
        super().close()
