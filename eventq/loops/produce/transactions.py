"""Sends events in transactions: opens one, fills it, ends it, and only then tells what became of its events.

Once all events of a transaction are acknowledged it is committed, or aborted where that was asked for. One
that misses an event is aborted whole. The broker may take long to end one, so it is waited for in `poll`.

After an end that left a doubt, this producer is given up and a new one begins with the same
transactional.id: the clients' requests carry no number of the transaction, so that a delayed one could end
the next. The new producer's epoch puts it out.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from eventq.core.clock import Clock
from eventq.core.errors import EventqError
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.open_transaction import ABORTED_WITH_IT, OpenTransaction
from eventq.core.produce.report import Deliveries
from eventq.core.produce.transactions import FENCED, TransactionEnd, TransactionFailed, TransactionPlan
from eventq.loops.produce.background import Background
from eventq.loops.produce.transactional_client import (
    EndedTransaction,
    TransactionalClient,
    aborted,
    committed,
)

INTERRUPTED = "INTERRUPTED"
_TIMED_OUT = "TIMED_OUT"
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Step:
    """What is waited for, what follows, and what counts as its result when it takes too long."""

    task: Background[Any]
    then: Callable[[Any], None]
    until: float
    otherwise: Callable[[], Any]


class TransactionalProducer:
    """An EventProducer over clients that `make` makes, for worker `worker`.

    `is_aborted` tells which transactions, by number, are aborted on purpose.
    """

    def __init__(
        self,
        make: Callable[[], TransactionalClient],
        plan: TransactionPlan,
        worker: int,
        is_aborted: Callable[[int], bool],
        clock: Clock,
        settlements: Settlements | None = None,
    ) -> None:
        self._make, self._plan, self._id = make, plan, plan.id(worker)
        self._is_aborted, self._clock, self._settlements = is_aborted, clock, settlements
        self.deliveries = Deliveries()
        self._client = make()
        self._number = 0
        self._open: OpenTransaction | None = None
        self._full = False
        self._commits = False
        self._step: _Step | None = None

    def begin(self) -> None:
        self._client.begin()

    def send(self, batch: EventBatch, start: int, end: int) -> int:
        if self._step is not None or self._full:
            return start
        transaction = self._open or self._opened(batch.first + start)
        if transaction is None:
            return start
        end = min(end, start + self._plan.size - transaction.count)
        stopped = self._client.send(batch, start, end)
        transaction.count += stopped - start
        self._full = transaction.count == self._plan.size
        return stopped

    def _opened(self, first: int) -> OpenTransaction | None:
        settlements = None if self._settlements is None else Settlements()
        opened = OpenTransaction(self._number, first, self._clock.monotonic(), settlements)
        try:
            self._client.open(opened.deliveries, settlements)
        except TransactionFailed as error:
            self._go_on(EndedTransaction(TransactionEnd.FAILED, error.why, error.fenced, doubt=True), opened)
            return None
        self._number += 1
        self._open = opened
        return opened

    def poll(self, seconds: float) -> None:
        if self._step is not None:
            self._await(self._step, seconds)
        elif self._open is None:
            self._idle(seconds)
        else:
            self._fill(self._open, seconds)

    def _idle(self, seconds: float) -> None:
        """What fails while no transaction is open fails again when the next is opened."""
        with suppress(TransactionFailed):
            self._client.poll(seconds)

    def _fill(self, transaction: OpenTransaction, seconds: float) -> None:
        """The broker aborts what is open for too long: it ends with what it has by half of that time."""
        overdue = self._clock.monotonic() - transaction.opened > self._plan.timeout / 2
        self._full = self._full or overdue
        wait = self._client.flush if self._full else self._client.poll
        try:
            wait(seconds)
        except TransactionFailed as error:
            self._give_up(transaction, error)
            return
        held = transaction.deliveries
        if held.spoilt or (self._full and held.settled == transaction.count):
            self._end(transaction)

    def _give_up(self, transaction: OpenTransaction, error: TransactionFailed) -> None:
        """No commit was asked for."""
        self._settle(transaction, TransactionEnd.FAILED, error.why)
        self._go_on(EndedTransaction(TransactionEnd.FAILED, error.why, error.fenced, doubt=True), transaction)

    def _end(self, transaction: OpenTransaction) -> None:
        on_purpose = self._is_aborted(transaction.number)
        self._commits = not (on_purpose or transaction.deliveries.spoilt)
        if self._commits:
            end: Callable[[], EndedTransaction] = partial(committed, self._client, self._clock)
        else:
            spoilt = transaction.deliveries.spoilt
            result, why = (
                (TransactionEnd.FAILED, ABORTED_WITH_IT) if spoilt else (TransactionEnd.ABORTED, None)
            )
            end = partial(aborted, self._client, self._clock, result, why)
        self._begin_step(end, self._ended, self._hung)

    def _hung(self) -> EndedTransaction:
        return EndedTransaction(self._given_up, _TIMED_OUT, doubt=True, hung=True)

    @property
    def _given_up(self) -> TransactionEnd:
        """The end of an open transaction that nobody waits for any longer."""
        return TransactionEnd.UNKNOWN if self._commits else TransactionEnd.FAILED

    def _begin_step(
        self, call: Callable[[], Any], then: Callable[[Any], None], otherwise: Callable[[], Any]
    ) -> None:
        until = self._clock.monotonic() + self._plan.timeout
        self._step = _Step(Background(call), then, until, otherwise)

    def _await(self, step: _Step, seconds: float) -> None:
        """Nothing is waited for beyond the time after which the broker has ended the transaction itself."""
        if step.task.wait(seconds):
            self._step = None
            step.then(step.task.result())
        elif self._clock.monotonic() > step.until:
            self._step = None
            step.then(step.otherwise())

    def _ended(self, ended: EndedTransaction) -> None:
        transaction = self._open
        assert transaction is not None, "a transaction was ended"
        if not ended.hung:
            self._idle(0)  # what it was told meanwhile
        self._settle(transaction, ended.end, ended.why)
        self._go_on(ended, transaction)

    def _settle(self, transaction: OpenTransaction, end: TransactionEnd, why: str | None) -> None:
        self._open, self._full, self._commits = None, False, False
        transaction.settle(end, why, self._clock.monotonic(), self.deliveries, self._settlements)

    def _go_on(self, ended: EndedTransaction, transaction: OpenTransaction) -> None:
        """EventqError where another producer has the transactional.id: it must not be taken back."""
        fenced = ended.fenced or bool(FENCED & transaction.deliveries.errors.keys())
        if fenced and self._clock.monotonic() - transaction.opened < self._plan.timeout:
            raise EventqError(
                f"another producer has taken over transactional.id {self._id}",
                hint="give each run a --transactional-id-prefix of its own",
            )
        if fenced or ended.doubt:
            self._begin_step(partial(self._renewed, self._client), self._take_over, self._no_client)

    def _renewed(self, old: TransactionalClient) -> TransactionalClient:
        """A client in place of `old`; a broker that is away is waited for."""
        old.abandon()
        until = self._clock.monotonic() + self._plan.timeout
        client = self._begun()
        while isinstance(client, EventqError):
            if self._clock.monotonic() > until:
                raise client
            self._clock.sleep(_PAUSE_SECONDS)
            client = self._begun()
        return client

    def _begun(self) -> TransactionalClient | EventqError:
        try:
            client = self._make()
            client.begin()
        except EventqError as error:
            return error
        return client

    def _take_over(self, client: TransactionalClient) -> None:
        self._client = client

    def _no_client(self) -> TransactionalClient:
        raise EventqError(
            f"no broker gives a producer with transactional.id {self._id}",
            hint="the run could not go on: are the brokers there?",
        )

    def finish(self) -> None:
        """An open transaction ends with what it has."""
        self._full = self._open is not None

    def close(self) -> None:
        """What a thread is still waiting for is left to the end of the process."""
        busy = self._step is not None
        if self._open is not None:
            self._settle(self._open, self._given_up, INTERRUPTED)
        if not busy:
            self._client.close()
