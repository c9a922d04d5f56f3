"""A dead-letter topic whose broker is away for a while."""

import pytest

from eventq.core.errors import StoreUnavailable
from tests.dead_letter_topic import IMPATIENT, KINDS, DeadLetterTopic, Kind, read
from tests.private_kafka import PrivateKafka


@pytest.mark.parametrize("kind", KINDS)
def test_dead_letters_that_no_broker_took_are_there_once_it_does_again(
    restartable: PrivateKafka, kind: Kind
) -> None:
    topic = DeadLetterTopic(restartable.bootstrap, kind)
    topic.create()
    letters, records = topic.letters(**IMPATIENT), read([b"1", b"2", b"3"])
    letters.write(records.first(1), {0: "bad"})
    restartable.pause()
    with pytest.raises(StoreUnavailable):
        letters.write(records, {0: "bad", 2: "bad"})
    restartable.resume()
    topic.until_written(letters, records, {0: "bad", 2: "bad"})
    assert {message.value() for message in topic.messages(9)} == {b"1", b"3"}
    topic.close()
