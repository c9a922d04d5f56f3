"""Transactions over kafka-python."""

import contextlib
import re
from collections.abc import Callable
from typing import Any

from kafka.errors import KafkaError, KafkaTimeoutError, ProducerFencedError

from eventq.broker.connection import connections_of, has_lost
from eventq.broker.errors import error_text, no_transactions
from eventq.broker.produce.kafka_python import KafkaPythonProducer, reason_of
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.plan import SendPlan
from eventq.core.produce.report import Deliveries
from eventq.core.produce.transactions import FENCED, TransactionFailed, TransactionPlan

_CODE = re.compile(r"\[Error (\d+)\]")
"""Kafka's error code, within the text of an error of the client's own."""
_BACKOFF_MS = 20
"""As in Java and librdkafka. One that begins at once finds the markers of the one before it still unwritten,
and the client would wait 100 ms."""


def _backoff(plan: SendPlan) -> dict[str, int]:
    said = "retry.backoff.ms" in plan.connection.properties
    return {} if said else {"retry_backoff_ms": _BACKOFF_MS}


class KafkaPythonTransactions(KafkaPythonProducer):
    """A TransactionalClient for worker `worker`; see loops/produce/transactional_client.py."""

    def __init__(self, plan: SendPlan, transactions: TransactionPlan, worker: int) -> None:
        self._id = transactions.id(worker)
        settings = {
            "transactional_id": self._id,
            "transaction_timeout_ms": int(transactions.timeout * 1000),
            **_backoff(plan),
            "max_block_ms": int(plan.connection.connect_timeout * 1000),
        }
        super().__init__(plan, None, settings)
        self._connections: list[Any] = []

    @property
    def disturbed(self) -> bool:
        """A connection that was there at the beginning is not there any more."""
        return has_lost(self._producer, self._connections)

    def begin(self) -> None:
        self._reach()
        try:
            self._producer.init_transactions()
        except KafkaError as error:
            text = error_text(error)
            code = _CODE.search(text)
            raise no_transactions(
                self._plan.connection, self._id, int(code[1]) if code else None, text
            ) from error

    def open(self, deliveries: Deliveries, settlements: Settlements | None) -> None:
        self.deliveries, self._settlements, self._handed = deliveries, settlements, 0
        self._connections = connections_of(self._producer)
        self._done(self._producer.begin_transaction)

    def flush(self, seconds: float) -> None:
        with contextlib.suppress(KafkaTimeoutError):
            self._producer.flush(seconds)
        self.poll(0)

    def commit(self) -> None:
        self._done(self._producer.commit_transaction)

    def abort(self) -> None:
        self._done(self._producer.abort_transaction)

    def _done(self, step: Callable[[], Any]) -> None:
        try:
            step()
        except KafkaError as error:
            last = self._producer._transaction_manager.last_error or error  # noqa: SLF001 - it raises another
            fenced = isinstance(last, ProducerFencedError) or reason_of(last) in FENCED
            raise TransactionFailed(reason_of(last), fenced=fenced) from error
