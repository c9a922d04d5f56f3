"""How librdkafka is set for a group member."""

from collections.abc import Mapping
from typing import Any

from eventq.broker.librdkafka import librdkafka_config
from eventq.core.consume.plan import MemberPlan
from eventq.core.settings.numbers import Order, in_order
from eventq.core.settings.settings import Role

_POLLS_OUTLAST_SESSIONS = Order("session.timeout.ms", 10_000, "max.poll.interval.ms", 300_000)
"""What the library demands."""


def member_config(plan: MemberPlan) -> dict[str, Any]:
    given = librdkafka_config(plan.connection, Role.CONSUMER)
    settings = {
        "fetch.queue.backoff.ms": 10,  # the default, 1 s, leaves a reader that empties the queue waiting
        "queued.max.messages.kbytes": 16_384,  # with the default, 64 MB, a process takes twice of that
        "topic.metadata.refresh.interval.ms": 10_000,  # new partitions are seen soon
        "log_level": 0,
        **given,
        "client.id": plan.client_id,
        "group.id": plan.group,
        "auto.offset.reset": "error",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "allow.auto.create.topics": False,
        "isolation.level": "read_committed" if plan.read_committed else "read_uncommitted",
    }
    if settings.get("group.protocol") != "consumer":
        settings["session.timeout.ms"] = int(plan.session_timeout * 1000)
        settings = in_order(settings, [_POLLS_OUTLAST_SESSIONS])
        settings["heartbeat.interval.ms"] = int(plan.heartbeat_interval * 1000)
    return settings


def is_incremental(settings: Mapping[str, Any]) -> bool:
    """Whether a rebalance says only what comes and goes, and not all of it."""
    strategy = str(settings.get("partition.assignment.strategy", ""))
    return "cooperative" in strategy or settings.get("group.protocol") == "consumer"
