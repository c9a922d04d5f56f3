"""librdkafka's own error codes, the negative ones: what each means to who waits for an answer.

tests/broker/test_librdkafka_codes.py wants each code of the installed version in one of the two lists.
"""

from confluent_kafka import KafkaError

from eventq.broker.passing import PASSING_CODES


def _codes(names: str) -> frozenset[int]:
    return frozenset(getattr(KafkaError, name) for name in names.split() if hasattr(KafkaError, name))


PASSING = _codes(
    # a broker is away, comes back, or leaves the cluster
    "_ALL_BROKERS_DOWN _TRANSPORT _RESOLVE _FAIL _DESTROY _DESTROY_BROKER _NODE_UPDATE _UNKNOWN_BROKER "
    # there was no answer in time, or the request is under way
    "_TIMED_OUT _TIMED_OUT_QUEUE _MSG_TIMED_OUT _INTR _RETRY _PARTIAL _QUEUE_FULL _ISR_INSUFF "
    "_IN_PROGRESS _PREV_IN_PROGRESS _PURGE_QUEUE _PURGE_INFLIGHT _WAIT_CACHE _WAIT_COORD "
    # a topic is made or deleted, a partition read to its end or moved
    "_UNKNOWN_TOPIC _UNKNOWN_PARTITION _PARTITION_EOF _NO_OFFSET _AUTO_OFFSET_RESET _LOG_TRUNCATION "
    # a group rebalances
    "_ASSIGN_PARTITIONS _REVOKE_PARTITIONS _ASSIGNMENT_LOST _STATE _OUTDATED _MAX_POLL_EXCEEDED _NOOP"
)

DEFINITE = _codes(
    "_AUTHENTICATION _SSL _FATAL _FENCED _CRIT_SYS_RESOURCE _FS _INVALID_ARG _INVALID_TYPE _CONFLICT "
    "_EXISTING_SUBSCRIPTION _READ_ONLY _NOENT _NOT_CONFIGURED _NOT_IMPLEMENTED _UNSUPPORTED_FEATURE "
    "_UNKNOWN_PROTOCOL _UNKNOWN_GROUP _BAD_MSG _BAD_COMPRESSION _UNDERFLOW _INCONSISTENT _APPLICATION "
    "_GAPLESS_GUARANTEE _INVALID_DIFFERENT_RECORD _KEY_SERIALIZATION _VALUE_SERIALIZATION "
    "_KEY_DESERIALIZATION _VALUE_DESERIALIZATION"
)

_CUT = (": Local: ", "Disconnected")


def passes(error: KafkaError) -> bool:
    """Whether the client goes on by itself: it does after each of its own errors but those it can't mend."""
    code = error.code()
    if code == KafkaError._AUTHENTICATION:  # noqa: SLF001 - so the library names its own codes
        return any(words in error.str() for words in _CUT)  # the broker went away amid the login
    return code in PASSING | PASSING_CODES or error.retriable() or (code < -1 and code not in DEFINITE)
