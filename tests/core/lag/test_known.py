"""What is remembered of a group's topics, and when they count as gone or created again."""

from hypothesis import given
from hypothesis import strategies as st

from eventq.core.lag.known import KnownTopics
from eventq.core.lag.reads import Commits, Description, GroupReads, Topic

READS = frozenset({"t"})
NOTHING: frozenset[str] = frozenset()


def group(name: str = "g", error: str | None = None) -> GroupReads:
    return GroupReads(name, "Empty", "classic", Description("Empty", None, ()), Commits(error=error))


def there(topic_id: str | None, partitions: int = 2, name: str = "t") -> dict[str, Topic]:
    return {name: Topic(name, topic_id, dict.fromkeys(range(partitions), 1))}


def seen(*samples: tuple[frozenset[str], dict[str, Topic]]) -> dict[str, str]:
    """What one group has lost after these samples of (what it reads, what exists)."""
    known = KnownTopics()
    for names, topics in samples:
        known.see(group(), names, topics)
    lost = known.lost(group())
    return {name: "gone" if one.gone else "recreated" for name, one in lost.items()}


def test_a_topic_that_is_deleted_with_the_groups_commits_stays_as_gone_and_then_as_recreated() -> None:
    assert seen((READS, there("a"))) == {}
    assert seen((READS, there("a")), (NOTHING, {})) == {"t": "gone"}
    assert seen((READS, there("a")), (NOTHING, {}), (NOTHING, there("b"))) == {"t": "recreated"}
    assert seen((READS, there("a")), (NOTHING, there("b"))) == {"t": "recreated"}
    assert seen((READS, there("a")), (READS, there("b"))) == {"t": "recreated"}


def test_what_was_recreated_stays_so_for_the_rest_of_the_run() -> None:
    again = (READS, there("a")), (NOTHING, there("b"))
    assert seen(*again, (READS, there("b"))) == {"t": "recreated"}
    assert seen(*again, (READS, there(None))) == {"t": "recreated"}
    assert seen(*again, (NOTHING, {})) == {"t": "gone"}
    assert seen(*again, (NOTHING, {}), (READS, there("a"))) == {"t": "recreated"}


def test_commits_may_be_gone_a_sample_before_the_topic_is() -> None:
    assert seen((READS, there("a")), (NOTHING, there("a")), (NOTHING, {})) == {"t": "gone"}


def test_a_topic_that_the_group_reads_no_more_is_not_missed_later() -> None:
    left = (READS, there("a")), (NOTHING, there("a")), (NOTHING, there("a"))
    assert seen(*left, (NOTHING, {})) == {}
    assert seen(*left, (NOTHING, there("b"))) == {}


def test_a_topic_that_cannot_be_read_or_has_no_id_is_not_lost() -> None:
    failed = {"t": Topic("t", error="not authorized")}
    assert seen((READS, there("a")), (READS, failed), (READS, there(None)), (READS, there("a"))) == {}
    assert seen((READS, there(None)), (READS, there("a")), (READS, there("b"))) == {"t": "recreated"}


def test_a_topic_that_never_existed_is_none_that_is_gone() -> None:
    assert seen((READS, {}), (READS, {})) == {}


def test_a_group_whose_coordinator_is_away_has_left_nothing() -> None:
    known = KnownTopics()
    known.see(group(), READS, there("a"))
    for _ in range(3):
        known.see(group(error="no coordinator"), NOTHING, there("a"))
    known.see(group(), NOTHING, {})
    assert list(known.lost(group())) == ["t"]


def test_a_group_that_began_after_the_recreation_has_lost_nothing_nor_has_one_that_began_again() -> None:
    known, late = KnownTopics(), group("late")
    known.see(group(), READS, there("a"))
    known.see(group(), READS, there("b"))
    known.see(late, READS, there("b"))
    assert (list(known.lost(group())), known.lost(late)) == (["t"], {})
    known.forget_all_but([late])
    known.see(group(), READS, there("b"))
    assert known.lost(group()) == {}


def test_the_partitions_of_the_first_are_kept() -> None:
    known = KnownTopics()
    for topics in (there("a", 2), there("a", 3), there("b", 1)):
        known.see(group(), READS, topics)
    assert list(known.lost(group())["t"].topic.leaders) == [0, 1, 2]


def test_topics_that_are_gone_do_not_pile_up_for_ever() -> None:
    known = KnownTopics()
    for n in range(500):
        known.see(group(), frozenset({f"t{n}"}), there("a", 1, f"t{n}"))
    assert len(known.names([group()])) <= 101


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b", None])), min_size=2, max_size=9))
def test_a_group_that_goes_on_reading_has_lost_a_topic_exactly_if_its_id_has_changed(
    history: list[tuple[bool, str | None]],
) -> None:
    samples = [(READS, there(topic_id) if exists else {}) for exists, topic_id in history]
    ids = [topic_id for exists, topic_id in history if exists]
    known_ids = {topic_id for topic_id in ids if topic_id is not None}
    expected = {}
    if ids and not history[-1][0]:
        expected = {"t": "gone"}
    elif len(known_ids) > 1:
        expected = {"t": "recreated"}
    assert seen(*samples) == expected
