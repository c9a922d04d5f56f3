"""Settings that are the same in both clients unless a user says otherwise."""

LINGER_MS = 5
"""Kafka 4's own default."""

DELIVERY_TIMEOUT_MS = 120_000
"""How long an event is tried while no broker takes it, Java's default; after that it counts as unknown."""
