"""Which partition of the offsets topic a group belongs to."""

import pytest
from local_kafka import probe

from eventq.core.lag.offsets_topic import group_of_each_partition


@pytest.mark.parametrize("partitions", [1, 3, 50])
def test_there_is_a_group_for_each_partition(partitions: int) -> None:
    """The same as the probe's, each of which its partition's leader is asked about on a real cluster."""
    assert set(group_of_each_partition(partitions)) == set(probe.groups_by_partition(partitions).values())
