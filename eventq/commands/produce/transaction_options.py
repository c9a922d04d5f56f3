"""The options by which events are sent in transactions."""

from dataclasses import dataclass
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.core.errors import UsageError
from eventq.core.parse import duration
from eventq.core.produce.plan import SendPlan
from eventq.core.produce.transactions import DEFAULT_TIMEOUT, TransactionPlan, parse_share
from eventq.core.settings.numbers import INT

_TRANSACTIONS = "Transactions"
_SHORTEST_MS = 1000
"""What librdkafka takes."""


@dataclass(frozen=True, slots=True)
class TransactionOptions:
    """As given; None means not given."""

    transaction: Annotated[
        int | None,
        option(
            _TRANSACTIONS,
            "--transaction",
            text="Send in transactions of N events per worker; the last one may have fewer, and so has one "
            "that is open for half of --transaction-timeout.",
            min=1,
        ),
    ] = None
    abort: Annotated[
        str | None,
        option(
            _TRANSACTIONS,
            "--abort",
            text="Abort this share of the transactions, such as 10%; the same ones for the same --seed.",
        ),
    ] = None
    transactional_id_prefix: Annotated[
        str | None,
        option(
            _TRANSACTIONS,
            "--transactional-id-prefix",
            text="The transactional.id of worker W is PREFIX.W, W from 0; default PREFIX: eventq.RUN.",
        ),
    ] = None
    transaction_timeout: Annotated[
        str | None,
        option(
            _TRANSACTIONS,
            "--transaction-timeout",
            text="When the broker aborts a transaction by itself.",
            show_default=DEFAULT_TIMEOUT,
        ),
    ] = None

    def plan(self, run: str) -> TransactionPlan | None:
        """UsageError for what can't mean anything, or does nothing without transactions."""
        self._check_idle()
        if self.transaction is None:
            return None
        return TransactionPlan(
            size=self.transaction,
            prefix=self._prefix(run),
            timeout=duration(self.transaction_timeout or DEFAULT_TIMEOUT),
            abort=None if self.abort is None else parse_share(self.abort),
        )

    def _check_idle(self) -> None:
        given = [
            ("--abort", self.abort),
            ("--transactional-id-prefix", self.transactional_id_prefix),
            ("--transaction-timeout", self.transaction_timeout),
        ]
        idle = [name for name, value in given if value is not None]
        if self.transaction is None and idle:
            raise UsageError(
                f"{' and '.join(idle)} without --transaction", hint="--transaction 100 sends in transactions"
            )

    def _prefix(self, run: str) -> str:
        given = self.transactional_id_prefix
        if given == "":
            raise UsageError(
                "--transactional-id-prefix is empty", hint="leave it out for one of this run's own"
            )
        return given or f"eventq.{run}"


def check_sending(plan: SendPlan) -> None:
    """UsageError for transactions that no client could keep to."""
    transactions = plan.transactions
    if transactions is None:
        return
    if not plan.idempotent:
        raise UsageError(
            f"--transaction with acks {plan.acks.value}: only an idempotent producer has transactions",
            hint="--acks all, which is the default",
        )
    milliseconds = transactions.timeout * 1000
    if not _SHORTEST_MS <= milliseconds <= INT:
        raise UsageError(
            f"--transaction-timeout is not from 1s to 24d: {transactions.timeout:g} s", hint="such as 60s"
        )
    tried = plan.connection.properties.get("delivery.timeout.ms")
    if tried is not None and int(tried) > milliseconds:
        raise UsageError(
            f"delivery.timeout.ms {tried} is longer than --transaction-timeout, {transactions.timeout:g} s",
            hint="an event can't be tried for longer than its transaction is open",
        )
