"""Copies records in transactions over kafka-python (3.0.12); serves CopyTransactions of loops/consume.

Whatever fails, the producer is not used again: `open` makes another with the same transactional.id, and the
broker then ends what the old one left. This client needs it for more than doubt: offsets that the group
refused stay in its list and would go out with the next transaction, under the member's new generation.

Its public calls wait without end for a broker that is away. Here they are begun alike, with a time-out.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kafka.errors import KafkaError

from eventq.broker.connection import connections_of, has_lost
from eventq.broker.consume.copying import FENCED_CODES, OUTDATED_CODES, SETTLE_SECONDS, unavailable
from eventq.broker.consume.kafka_python import commit_arguments
from eventq.broker.consume.kafka_python_copies import KafkaPythonCopies
from eventq.broker.errors import error_text
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.report import Offsets
from eventq.core.transactions import TIMEOUT_SECONDS, Fenced, Outdated

_ABORT_SECONDS = 3.0
_OUTDATED_WORDS = "consumer group metadata mismatch"


class KafkaPythonTransactionalCopies(KafkaPythonCopies):
    def __init__(self, plan: MemberPlan, target: str, transactional_id: str) -> None:
        super().__init__(plan, target)
        self._id = transactional_id
        self._in_transaction = False
        self._connections: list[Any] = []

    def settings(self) -> dict[str, Any]:
        config = super().settings()
        most = int(SETTLE_SECONDS * 1000)
        return {
            **config,
            "delivery_timeout_ms": min(config["delivery_timeout_ms"], most),
            "request_timeout_ms": min(config["request_timeout_ms"], most // 2),
            "transactional_id": self._id,
            "transaction_timeout_ms": int(TIMEOUT_SECONDS * 1000),
        }

    def open(self) -> None:
        self._in_transaction = False
        super().open()
        # else a producer that was fenced takes its id back by itself, and fences the other one
        self._manager._supports_epoch_bump = lambda: False  # noqa: SLF001
        self._wait(self._manager.initialize_transactions)

    @property
    def _manager(self) -> Any:
        return self.producer._transaction_manager  # noqa: SLF001 - see above

    @property
    def troubled(self) -> bool:
        """Whether a connection was lost since the transaction began."""
        return has_lost(self.producer, self._connections)

    def begin(self) -> None:
        self._connections = connections_of(self.producer)
        self._call(self._manager.begin_transaction)
        self._in_transaction = True

    def send_offsets(self, offsets: Offsets, group: object) -> None:
        ats = commit_arguments(self._plan.topic, offsets)
        self._wait(lambda: self._manager.send_offsets_to_transaction(ats, group))

    def commit(self) -> None:
        self._wait(self._manager.begin_commit)
        self._in_transaction = False

    def _wait(self, begin: Callable[[], Any], seconds: float = TIMEOUT_SECONDS) -> None:
        def call() -> None:
            result = begin()
            self.producer._sender.wakeup()  # noqa: SLF001 - see above
            if not result.wait(seconds * 1000):
                raise unavailable(
                    self.target, f"the transaction's coordinator did not answer in {seconds:g} s"
                )

        self._call(call)

    def _call(self, call: Callable[[], None]) -> None:
        try:
            call()
        except KafkaError as error:
            self._judge(error, f"{self._plan.topic}, in one transaction,")

    def _judge(self, error: Exception, where: str) -> None:
        """The client says of many calls only that one before had failed."""
        cause = self._manager.last_error or error
        for one in (error, cause):
            if getattr(one, "errno", None) in FENCED_CODES:
                raise Fenced(error_text(one)) from error
            if getattr(one, "errno", None) in OUTDATED_CODES or _OUTDATED_WORDS in str(one):
                raise Outdated(error_text(one)) from error
        super()._judge(cause, where)

    def close(self) -> None:
        """A transaction that is still open would keep readers waiting until the broker gives it up."""
        if self._in_transaction and self._producer is not None:
            self._in_transaction = False
            with suppress(Exception):  # else the broker ends it at its time-out
                self._wait(self._manager.begin_abort, _ABORT_SECONDS)
        super().close()
