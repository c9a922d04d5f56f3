"""Dead letters in a topic of a real broker: whole, over either client, each until it is acknowledged."""

from collections.abc import Iterator

import pytest

from eventq.core.errors import StoreUnavailable
from eventq.core.kafka import Header
from tests.dead_letter_topic import IMPATIENT, KINDS, DeadLetterTopic, read


@pytest.fixture(params=KINDS)
def topic(bootstrap: str, request: pytest.FixtureRequest) -> Iterator[DeadLetterTopic]:
    made = DeadLetterTopic(bootstrap, request.param)
    yield made
    made.close()


def test_a_record_of_any_form_arrives_as_it_was_read(topic: DeadLetterTopic) -> None:
    topic.create()
    own: list[Header] = [("trace", b"\x00\xff"), ("trace", b""), ("none", None)]
    records = read([b"\xff\x00", None, b"", None, b"sound"], {0: b"k\xff", 1: b"gone"}, {0: own, 3: own})
    topic.letters().write(records, {0: "not JSON: größer", 1: "no value", 2: "an empty value", 3: "no value"})
    found = topic.messages(5)
    assert [(message.key(), message.value()) for message in found] == [
        (b"k\xff", b"\xff\x00"),
        (b"gone", None),
        (None, b""),
        (None, None),
    ]
    assert [message.timestamp()[1] for message in found] == [1_600_000_000_000 + 1000 * i for i in range(4)]
    null = None if topic.keeps_null_headers else b""
    kept = [("trace", b"\x00\xff"), ("trace", b""), ("none", null)]
    assert [(message.headers() or [])[:-3] for message in found] == [kept, [], [], kept]
    assert (found[0].headers() or [])[-3:] == [
        ("eventq-src", b"orders/2/40"),
        ("eventq-error", "not JSON: größer".encode()),
        ("eventq-group", b"billing"),
    ]


def test_what_is_refused_is_named_and_sent_again_alone(topic: DeadLetterTopic) -> None:
    topic.create(**{"max.message.bytes": "2000"})
    letters, faults = topic.letters(), {0: "bad", 1: "bad"}
    records = read([b"1" * 1500, b"2" * 5000])
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="MESSAGE_TOO_LARGE for orders/2 at offset 4") as refused:
            letters.write(records, faults)
        letters.open()
    assert str(refused.value).endswith("offset 41")
    topic.alter(**{"max.message.bytes": "9000"})
    letters.write(records, faults)
    letters.write(records, faults)
    assert [len(message.value() or b"") for message in topic.messages(9)] == [1500, 5000] * 2


def test_a_record_as_large_as_its_topic_allowed_is_not_refused_by_the_client(topic: DeadLetterTopic) -> None:
    topic.create(**{"max.message.bytes": "5000000"})
    topic.letters().write(read([b"x" * 3_000_000]), {0: "bad"})
    assert [len(message.value() or b"") for message in topic.messages(1)] == [3_000_000]


def test_a_topic_that_is_gone_is_unavailable(topic: DeadLetterTopic) -> None:
    with pytest.raises(StoreUnavailable):
        topic.letters(**IMPATIENT).write(read([b"1"]), {0: "bad"})
    assert topic.name not in topic.admin.list_topics()


def test_where_no_broker_answers_is_unavailable(topic: DeadLetterTopic) -> None:
    topic.bootstrap = "127.0.0.1:1"
    with pytest.raises(StoreUnavailable):
        topic.letters(**IMPATIENT).write(read([b"1"]), {0: "bad"})


def test_a_member_without_dead_letters_makes_no_client(topic: DeadLetterTopic) -> None:
    topic.bootstrap = "127.0.0.1:1"
    letters = topic.letters()
    letters.open()
    letters.close()
