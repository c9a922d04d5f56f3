"""Transactions over librdkafka."""

from collections.abc import Callable
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from eventq.broker.errors import no_transactions
from eventq.broker.librdkafka import quiet_logger
from eventq.broker.produce.librdkafka import LibrdkafkaProducer, reason_of
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.plan import SendPlan
from eventq.core.produce.report import Deliveries
from eventq.core.produce.transactions import FENCED, TransactionFailed, TransactionPlan


class LibrdkafkaTransactions(LibrdkafkaProducer):
    """A TransactionalClient for worker `worker`; see loops/produce/transactional_client.py."""

    def __init__(self, plan: SendPlan, transactions: TransactionPlan, worker: int) -> None:
        self._id = transactions.id(worker)
        settings = {
            "transactional.id": self._id,
            "transaction.timeout.ms": int(transactions.timeout * 1000),
            "statistics.interval.ms": 0,  # init_transactions waits for the producer id
            "logger": quiet_logger(),
        }
        super().__init__(plan, None, settings)

    @property
    def disturbed(self) -> bool:
        return bool(self._errors)

    def begin(self) -> None:
        self._reach()
        connection = self._plan.connection
        try:
            self._producer.init_transactions(connection.connect_timeout)
        except KafkaException as error:
            cause = error.args[0]
            raise no_transactions(connection, self._id, cause.code(), cause.str()) from error

    def open(self, deliveries: Deliveries, settlements: Settlements | None) -> None:
        self.deliveries, self._settlements, self._handed = deliveries, settlements, 0
        self._errors.clear()
        _done(self._producer.begin_transaction)

    def poll(self, seconds: float) -> None:
        self._hear(seconds)
        fatal = next((error for error in self._errors if error.fatal()), None)
        if fatal is not None:
            raise _failed(fatal)

    def flush(self, seconds: float) -> None:
        self._call(self._producer.flush, seconds)
        self.poll(0)

    def commit(self) -> None:
        _done(self._producer.commit_transaction)

    def abort(self) -> None:
        _done(self._producer.abort_transaction)

    def abandon(self) -> None:
        self._call(self._producer.purge)


def _done(step: Callable[[], Any]) -> None:
    """Without a time limit: an outcome that is not waited for is not known."""
    try:
        step()
    except KafkaException as error:
        raise _failed(error.args[0]) from error


def _failed(error: KafkaError) -> TransactionFailed:
    reason = reason_of(error)
    return TransactionFailed(reason, fenced=reason in FENCED)
