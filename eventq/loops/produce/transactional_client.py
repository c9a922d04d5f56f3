"""What a client of transactions must do for transactions.py, and how one transaction is ended by it."""

from dataclasses import dataclass
from typing import Protocol

from eventq.core.clock import Clock
from eventq.core.ledger.settlements import Settlements
from eventq.core.produce.event_batch import EventBatch
from eventq.core.produce.report import Deliveries
from eventq.core.produce.transactions import TransactionEnd, TransactionFailed
from eventq.core.transactions import leaves_doubt


class TransactionalClient(Protocol):
    """A producer with a transactional.id. Times are in seconds.

    `commit` and `abort` wait for the broker, for as long as it takes, on another thread than all else.
    """

    @property
    def disturbed(self) -> bool:
        """Since `open` a connection was lost."""
        ...

    def begin(self) -> None:
        """Has its producer id: what another with this transactional.id had left open is aborted.

        EventqError where it gets none.
        """
        ...

    def open(self, deliveries: Deliveries, settlements: Settlements | None) -> None:
        """Begins a transaction, of whose events it tells these two; TransactionFailed."""
        ...

    def send(self, batch: EventBatch, start: int, end: int) -> int: ...

    def poll(self, seconds: float) -> None:
        """TransactionFailed where nothing more can become of the open one."""
        ...

    def flush(self, seconds: float) -> None:
        """Sends what still waits for more events, and waits up to `seconds` for it; TransactionFailed too."""
        ...

    def commit(self) -> None:
        """TransactionFailed, also where it is not known whether it was committed."""
        ...

    def abort(self) -> None:
        """TransactionFailed."""
        ...

    def close(self) -> None: ...

    def abandon(self) -> None:
        """Lets go of a client that may be hanging; it sends nothing more."""
        ...


@dataclass(frozen=True, slots=True)
class EndedTransaction:
    """`doubt`: a request may still be on its way, and could end the next transaction of this producer.

    `hung`: the client has not come back yet.
    """

    end: TransactionEnd
    why: str | None = None
    fenced: bool = False
    doubt: bool = False
    hung: bool = False


def committed(client: TransactionalClient, clock: Clock) -> EndedTransaction:
    """One that could not be committed is aborted; where that can't be confirmed either, it is unknown."""
    started = clock.monotonic()
    try:
        client.commit()
    except TransactionFailed as error:
        return _ended_after(error, client)
    return EndedTransaction(TransactionEnd.COMMITTED, doubt=_doubt(client, clock, started))


def _ended_after(error: TransactionFailed, client: TransactionalClient) -> EndedTransaction:
    if not error.fenced:
        try:
            client.abort()
        except TransactionFailed as second:
            return EndedTransaction(TransactionEnd.UNKNOWN, error.why, second.fenced, doubt=True)
        return EndedTransaction(TransactionEnd.FAILED, error.why, doubt=True)
    return EndedTransaction(TransactionEnd.UNKNOWN, error.why, fenced=True, doubt=True)


def aborted(
    client: TransactionalClient, clock: Clock, end: TransactionEnd, why: str | None
) -> EndedTransaction:
    """Whatever becomes of the request: nobody has asked for a commit, so no event can be committed."""
    started = clock.monotonic()
    try:
        client.abort()
    except TransactionFailed as error:
        return EndedTransaction(TransactionEnd.FAILED, error.why, error.fenced, doubt=True)
    return EndedTransaction(end, why, doubt=_doubt(client, clock, started))


def _doubt(client: TransactionalClient, clock: Clock, started: float) -> bool:
    """Of an end that was begun then, and confirmed now."""
    seconds = clock.monotonic() - started
    return leaves_doubt(seconds=seconds, failed=False, troubled=client.disturbed)
