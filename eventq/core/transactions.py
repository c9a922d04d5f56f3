"""When a Kafka transaction's end leaves a doubt, whoever makes the transaction.

Both Python clients end transactions by requests that don't bump the producer's epoch (EndTxn below v5). One
that was delayed on its way can so arrive in the next transaction and end that one. Where that is possible,
the producer is closed once the outcome is known, and a new one with the same transactional.id begins: its
InitProducerId makes the broker refuse whatever is still on its way.
"""

TIMEOUT_SECONDS = 15.0
"""transaction.timeout.ms: so soon the broker aborts a transaction whose producer is gone."""

_PROMPT_SECONDS = 1.0


def leaves_doubt(*, seconds: float, failed: bool, troubled: bool) -> bool:
    """Of a transaction whose end took `seconds`.

    `failed`: a delivery report, the commit or the abort said that it failed, or timed out. `troubled`: a
    connection was lost since the transaction began.
    """
    return failed or troubled or seconds > _PROMPT_SECONDS


class Fenced(Exception):
    """Another producer has taken the transactional.id, or the broker has given the transaction up."""


class Outdated(Exception):
    """The group does not know the member any more as what it says it is: a rebalance has begun or ended."""
