"""The commits of a member over librdkafka, and the answers that come partition by partition."""

import time

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from eventq.broker.librdkafka import failure
from eventq.broker.patience import NOT_YET

_NOT_NOW = {*NOT_YET, *(getattr(KafkaError, name) for name in ("_WAIT_COORD", "_TRANSPORT", "_TIMED_OUT"))}
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1


def committed(consumer: Consumer, offsets: list[TopicPartition]) -> str | None:
    """None, or why not. Always with offsets: the client aborts the process over a commit without, during a
    rebalance.
    """
    error = _refusal(consumer, offsets)
    return None if error is None else failure(error)


def commit_last(consumer: Consumer, offsets: list[TopicPartition]) -> str | None:
    """Of partitions that go away: there is no later commit to make up for it, so this one waits until the
    coordinator is ready.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    while (error := _refusal(consumer, offsets)) is not None:
        if error.code() not in _NOT_NOW or time.monotonic() >= until:
            return failure(error)
        time.sleep(_PAUSE_SECONDS)
    return None


def _refusal(consumer: Consumer, offsets: list[TopicPartition]) -> KafkaError | None:
    try:
        checked(consumer.commit(offsets=offsets, asynchronous=False))
    except KafkaException as refused:
        error: KafkaError = refused.args[0]
        return error
    return None


def checked(answers: list[TopicPartition]) -> list[TopicPartition]:
    """The answers; KafkaException for the first partition that has an error."""
    for at in answers:
        if at.error is not None:
            raise KafkaException(at.error)
    return answers
