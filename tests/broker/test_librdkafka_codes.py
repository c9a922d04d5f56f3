"""What each of librdkafka's error codes means to a member, to a producer and to a reader of lag."""

import pytest
from confluent_kafka import OFFSET_INVALID, KafkaError, KafkaException
from confluent_kafka.admin import ListOffsetsResultInfo
from kafka.errors import (
    CorruptRecordError,
    KafkaConnectionError,
    NotEnoughReplicasAfterAppendError,
    UnknownBrokerIdError,
    UnknownMemberIdError,
)

from eventq.broker import librdkafka_codes
from eventq.broker.consume.kafka_python import KafkaPythonConsumer
from eventq.broker.lag.librdkafka_values import offset, refused_or_late, unlisted_for_now
from eventq.broker.passing import PASSING_CODES
from eventq.broker.produce.fates import fate_of
from eventq.broker.produce.kafka_python import _Completions, _SendBatch
from eventq.core.errors import EventqError
from eventq.core.ledger.lines import Fate
from eventq.core.produce.report import Deliveries

CODES = {name: code for name, code in vars(KafkaError).items() if name.isupper() and isinstance(code, int)}
OWN = {name: code for name, code in CODES.items() if code < -1}
DEFINITE = {
    1: "the reset policy is error, which has a code of its own",
    2: "a corrupt record",
    29: "no right to the topic",
    30: "no right to the group",
    58: "a wrong password",
}
"""Some of the broker's answers that no waiting changes."""


def test_each_of_librdkafkas_own_codes_is_either_passing_or_definite() -> None:
    assert OWN
    undecided = {
        name
        for name, code in OWN.items()
        if (code in librdkafka_codes.PASSING) == (code in librdkafka_codes.DEFINITE)
    }
    assert not undecided


@pytest.mark.parametrize("name", OWN)
def test_a_member_waits_out_what_passes_and_ends_for_what_does_not(name: str) -> None:
    assert librdkafka_codes.passes(KafkaError(OWN[name])) is (OWN[name] in librdkafka_codes.PASSING)


@pytest.mark.parametrize("code", sorted(set(CODES.values()) - set(OWN.values())))
def test_both_clients_wait_out_the_same_answers_of_brokers(code: int) -> None:
    assert librdkafka_codes.passes(KafkaError(code)) is (code in PASSING_CODES)
    assert not PASSING_CODES & DEFINITE.keys()


def test_a_broker_that_is_killed_and_dropped_ends_no_member() -> None:
    assert librdkafka_codes.passes(KafkaError(KafkaError._DESTROY_BROKER))


def test_a_code_that_is_not_known_yet_passes_when_it_is_librdkafkas_own() -> None:
    assert librdkafka_codes.passes(KafkaError(-120))
    assert not librdkafka_codes.passes(KafkaError(4321))


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("SASL authentication error: Authentication failed: Invalid username or password", False),
        ("SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism", False),
        ("SASL PLAIN mechanism handshake failed: Local: Broker transport failure", True),
        ("Disconnected: hung up from peer in state AUTH_LEGACY", True),
    ],
)
def test_a_login_that_is_cut_off_passes_and_one_that_is_refused_does_not(text: str, passes: bool) -> None:
    assert librdkafka_codes.passes(KafkaError(KafkaError._AUTHENTICATION, text)) is passes


@pytest.mark.parametrize("error", [KafkaConnectionError(), UnknownBrokerIdError(3), UnknownMemberIdError()])
def test_a_member_over_kafka_python_waits_out_the_same(error: Exception) -> None:
    KafkaPythonConsumer._judge(object.__new__(KafkaPythonConsumer), error)


def test_a_member_over_kafka_python_ends_for_a_corrupt_record() -> None:
    member = object.__new__(KafkaPythonConsumer)
    member._plan = type("Plan", (), {"topic": "orders"})()
    with pytest.raises(EventqError, match="consuming orders failed"):
        member._judge(CorruptRecordError())


@pytest.mark.parametrize(
    "name", ["_DESTROY_BROKER", "_FAIL", "NOT_ENOUGH_REPLICAS_AFTER_APPEND", "_TRANSPORT"]
)
def test_an_event_that_may_have_been_written_counts_as_unknown(name: str) -> None:
    assert fate_of(CODES[name]) is Fate.UNKNOWN


@pytest.mark.parametrize("error", [KafkaConnectionError("cut"), NotEnoughReplicasAfterAppendError()])
def test_an_event_that_may_have_been_written_over_kafka_python_counts_as_unknown(error: Exception) -> None:
    deliveries, completions = Deliveries(), _Completions()
    _SendBatch(completions, 0.0, 1, 1).failed(0, error)
    completions.settle(deliveries, 0)
    assert (deliveries.unknown, deliveries.failed) == (1, 0)


def test_what_a_broker_was_asked_that_has_left_is_asked_again() -> None:
    left = KafkaException(KafkaError(KafkaError._DESTROY_BROKER))
    assert refused_or_late(left)
    assert unlisted_for_now(left)
    answer = offset(left)
    assert not isinstance(answer, int)
    assert answer.moved


def test_an_offset_that_librdkafka_could_not_read_is_an_error_and_no_number() -> None:
    answer = offset(ListOffsetsResultInfo(OFFSET_INVALID, -1, -1))
    assert not isinstance(answer, int)
    assert answer.error
