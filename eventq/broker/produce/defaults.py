"""Settings that are the same in both clients unless a user says otherwise."""

from eventq.core.produce.plan import SendPlan

LINGER_MS = 5
"""Kafka 4's own default."""

_DELIVERY_TIMEOUT_MS = 120_000


def delivery_timeout_ms(plan: SendPlan) -> int:
    """How long an event is tried while no broker takes it, Java's default; after that it counts as unknown.

    In a transaction no longer than that may be open.
    """
    if plan.transactions is None:
        return _DELIVERY_TIMEOUT_MS
    return min(_DELIVERY_TIMEOUT_MS, int(plan.transactions.timeout * 1000))
