"""What both clients' copies of records have in common: settings, and what is said of an error."""

from eventq.broker.definite import DEFINITE_CODES
from eventq.broker.errors import reason
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.record_slice import RecordSlice
from eventq.core.errors import EventqError, StoreUnavailable

LINGER_MS = 5
SETTLE_SECONDS = 10.0
"""So long a record is tried in one go, unless delivery.timeout.ms says otherwise; then the sink tries again.

Also within transactions, which the broker ends after 15 s.
"""
FENCED_CODES = frozenset({47, 90})
"""INVALID_PRODUCER_EPOCH, PRODUCER_FENCED."""
OUTDATED_CODES = frozenset({22, 25, 27, 82, 113})
"""ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID, STALE_MEMBER_EPOCH."""

_NOT_NOW = frozenset({19})
"""NOT_ENOUGH_REPLICAS: definite, and may be over soon."""
_HINTS = {
    10: "is max.message.bytes of the target topic as large as the source's? eventq topic set changes it",
    29: "may this user write to the topic? kafka-acls shows it",
    31: "may this user write without a duplicate (IdempotentWrite)? kafka-acls shows it",
    32: "the target topic refuses timestamps so old or so far ahead: message.timestamp.*.max.ms",
    53: "may this user use the transactional.id? kafka-acls shows it",
}


def is_hopeless(code: int) -> bool:
    """Whether the same record would be refused again."""
    return code in DEFINITE_CODES | {53} and code not in _NOT_NOW


def place(plan: MemberPlan, records: RecordSlice, offset: int | None = None) -> str:
    """Of one record, or of all of them."""
    where = f"{plan.topic}/{records.partition} at offset"
    return (
        f"{where} {offset}"
        if offset is not None
        else f"{where}s {records.offset(0)} to {records.last_offset}"
    )


def refused(target: str, where: str, code: int, text: str) -> EventqError:
    """Of a record, or one among some, that the target topic does not take; trying again does not help."""
    why = reason(code, text)
    return EventqError(
        f"the event of {where} can't be copied to {target}: {why}",
        hint=_HINTS.get(code, "it is not committed; the run ended at it"),
    )


def unavailable(target: str, text: str) -> StoreUnavailable:
    return StoreUnavailable(f"topic {target}: {text}")
