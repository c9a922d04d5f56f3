"""Topics as lines, tables and JSON, with what a healthy test cluster can't show: sick partitions."""

from eventq.core.kafka import Bounds, TopicPartition
from eventq.core.topic.topics import Config, Configs, TopicMap, TopicPart, detail
from eventq.views.topic.topics import (
    describe_lines,
    describe_table,
    list_lines,
    list_table,
)
from eventq.views.topic.topics_json import describe_document, list_document

PARTS = (
    TopicPart(0, 1, (1, 2), (1, 2)),
    TopicPart(1, 2, (2, 3), (2,)),
    TopicPart(2, None, (3,), ()),
)
SICK = TopicMap("orders", "id-1", parts=PARTS)
BOUNDS = {
    TopicPartition("orders", 0): Bounds(1000, 3500),
    TopicPartition("orders", 1): Bounds(0, 10),
}
CONFIGS = Configs({"a": Config("1", "topic"), "b": Config("2", "default"), "c": Config(None, "file")})
ONE = detail("orders", SICK, BOUNDS, CONFIGS)
NONE = detail("nope", None, {}, None)


def test_a_partition_without_leader_shows_its_error_and_the_rest_is_shown() -> None:
    assert str(ONE.failure) == "topic orders: partition 2 can't be read"
    found = describe_document(0.0, [ONE])["topics"][0]
    assert [part["retained"] for part in found["partitions"]] == [2500, 10, None]
    assert [part["error"] for part in found["partitions"]] == [None, None, "it has no leader"]
    assert [part["under_replicated"] for part in found["partitions"]] == [False, True, True]
    assert (found["retained"], found["replicas"]) == (None, 1)
    lines = describe_lines([ONE]).splitlines()
    assert [line.split()[-1] for line in lines[1:4]] == ["ok", "under-replicated", "no-leader"]
    assert "error: orders:2: it has no leader" in lines


def test_only_settings_that_are_not_default_are_shown_with_their_source() -> None:
    assert describe_document(0.0, [ONE])["topics"][0]["configs"] == [
        {"name": "a", "value": "1", "source": "topic"},
        {"name": "c", "value": None, "source": "file"},
    ]
    text = describe_table([ONE], 100)
    assert "setting a=1 (from topic)" in text
    assert "setting c=(hidden) (from file)" in text


def test_settings_that_can_not_be_read_are_an_error_not_silence() -> None:
    blind = detail("orders", TopicMap("orders", parts=PARTS[:1]), BOUNDS, Configs(error="not authorized"))
    assert "settings can't be read: not authorized" in str(blind.failure)
    assert "error: not authorized" in describe_lines([blind])


def test_an_unknown_topic_is_a_document_with_its_error_and_no_text() -> None:
    assert describe_document(0.0, [NONE])["topics"][0]["error"] == "no such topic: nope"
    assert describe_lines([NONE]) == ""


def test_a_pipe_gets_no_escape_codes_and_no_thousands_separators() -> None:
    text = describe_lines([ONE]) + list_lines([SICK])
    assert "\x1b" not in text
    assert "1000  3500" in text


def test_a_list_counts_what_is_sick() -> None:
    row = list_document([SICK])["topics"][0]
    assert (row["partitions"], row["under_replicated"], row["without_leader"]) == (3, 2, 1)
    assert list_lines([SICK]).splitlines()[1].split() == ["orders", "3", "1", "2", "1"]
    assert "orders" in list_table([SICK], 80)
    assert list_table([], 80) == "no topics\n"
    assert list_document([TopicMap("x", error="denied")])["topics"][0]["partitions"] is None
