"""What is refused before a broker is asked, and how an existing topic is told from the wished one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventq.core.errors import EventqError, ExitCode, NotFound, UsageError, together
from eventq.core.kafka import check_names
from eventq.core.topic.topics import (
    Config,
    Configs,
    Result,
    TopicMap,
    TopicPart,
    TopicWish,
    compare,
    parse_configs,
)

FOUND = TopicMap("orders", parts=tuple(TopicPart(n, 1, (1, 2), (1,)) for n in range(3)))
CONFIGS = Configs({"retention.ms": Config("1000", "topic"), "cleanup.policy": Config("delete", "default")})


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "ä", "x" * 250])
def test_a_name_that_kafka_would_refuse_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="not a name for a topic"):
        check_names(["good", name])


@given(st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,249}", fullmatch=True)))
def test_good_names_are_kept_in_order_and_once(names: list[str]) -> None:
    assert list(check_names([*names, *names])) == list(dict.fromkeys(names))


def test_settings_are_split_at_the_first_equals_sign_and_may_be_empty() -> None:
    assert parse_configs(["a=b=c", "d="]) == {"a": "b=c", "d": ""}


@pytest.mark.parametrize("items", [["a"], ["=b"], ["a=1", "a=2"]])
def test_a_setting_without_key_or_value_or_given_twice_is_a_usage_error(items: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_configs(items)


def test_every_difference_from_what_was_asked_is_told() -> None:
    wish = TopicWish(10, 1, {"retention.ms": "5", "cleanup.policy": "delete", "retention.mss": "5"})
    refused = compare(wish, FOUND, CONFIGS, accept=False)
    assert refused.result is Result.FAILED
    assert str(refused.error) == (
        "topic orders exists already, with 3 partitions, not 10; 2 replicas, not 1; "
        "retention.ms=1000, not 5; no such setting as retention.mss"
    )
    accepted = compare(wish, FOUND, CONFIGS, accept=True)
    assert (accepted.result, accepted.error) == (Result.EXISTS, None)
    assert accepted.differences == refused.differences


def test_a_topic_as_asked_for_has_no_differences() -> None:
    assert compare(TopicWish(3, 2, {"retention.ms": "1000"}), FOUND, CONFIGS, accept=True).differences == ()


def test_several_errors_keep_their_exit_code_where_they_agree() -> None:
    missing = [NotFound("no such topic: a"), NotFound("no such topic: b")]
    assert together(missing, 3).exit_code is ExitCode.NOT_FOUND
    assert together([*missing, EventqError("c")], 3).exit_code is ExitCode.ERROR
    whole = together(missing, 3)
    assert (str(whole), whole.details) == ("2 of 3 failed:", ("no such topic: a", "no such topic: b"))
    assert together(missing[:1], 3) is missing[0]
