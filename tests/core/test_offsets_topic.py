"""Which partition of the offsets topic a group belongs to; the probe holds it against a real cluster."""

import pytest

from eventq.core.offsets_topic import group_of_each_partition, groups_by_partition


@pytest.mark.parametrize("partitions", [1, 3, 50])
def test_there_is_a_group_for_each_partition(partitions: int) -> None:
    groups = groups_by_partition(partitions)
    assert set(groups) == set(range(partitions))
    assert len(set(groups.values())) == partitions
    assert group_of_each_partition(partitions) == list(groups.values())
