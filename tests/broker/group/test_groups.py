"""A member that joins between the plan of a reset and its execution: the broker refuses, part by part."""

from collections.abc import Callable
from typing import Any

import pytest

from eventq.broker.group.groups import Groups
from eventq.core.kafka import TopicPartition
from eventq.core.settings.settings import Connection
from tests.group_fixture import GroupFixture


@pytest.mark.parametrize("join", [GroupFixture.member, GroupFixture.new_member])
def test_a_live_group_keeps_its_commits_and_itself(
    bootstrap: str, group_fixture: GroupFixture, join: Callable[[GroupFixture], Any]
) -> None:
    keys = [TopicPartition(group_fixture.topic, n) for n in range(2)]
    member = join(group_fixture)
    with Groups(Connection(bootstrap)) as groups:
        moved = groups.set_offsets(group_fixture.group, dict.fromkeys(keys, 5))
        deleted = groups.delete([group_fixture.group])
    member.close()
    assert moved == dict.fromkeys(keys, "the group has live members")
    assert "live members" in str(deleted[group_fixture.group])
    assert group_fixture.committed() == {}


def test_only_times_that_have_a_record_have_an_offset(bootstrap: str, group_fixture: GroupFixture) -> None:
    keys = [TopicPartition(group_fixture.topic, n) for n in range(2)]
    with Groups(Connection(bootstrap)) as groups:
        assert groups.offsets_at(keys, 0) == dict.fromkeys(keys, 0)
        assert groups.offsets_at(keys, 2**50) == {}
