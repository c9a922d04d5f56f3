"""Groups of the newer protocol (KIP-848) over kafka-python, which itself describes classic ones only."""

from collections.abc import Sequence
from typing import Any

from kafka.protocol.api_message import ApiMessage

from eventq.broker.lag import schemas
from eventq.broker.lag.wire import denied, error_of
from eventq.core.kafka import TopicPartition
from eventq.core.lag.reads import Description, MemberDescription


class ConsumerGroupDescribeRequest(ApiMessage, load_json=schemas):  # type: ignore[misc, call-arg]
    pass


class ConsumerGroupDescribeResponse(ApiMessage, load_json=schemas):  # type: ignore[misc, call-arg]
    pass


def request(groups: Sequence[str]) -> Any:
    return ConsumerGroupDescribeRequest(group_ids=list(groups), include_authorized_operations=False)


def description(group: Any) -> Description:
    """Of a group's row, or of the error in its place."""
    if denied(group):
        return Description(state="Dead", members=())
    if error := error_of(group):
        return Description(error=error)
    members = tuple(_member(member) for member in group.members)
    return Description(group.group_state, group.assignor_name or None, members, type="consumer")


def _member(member: Any) -> MemberDescription:
    owned = tuple(
        TopicPartition(topic.topic_name, partition)
        for topic in member.assignment.topic_partitions
        for partition in topic.partitions
    )
    host = member.client_host.lstrip("/")
    return MemberDescription(
        member.member_id, member.client_id, host, tuple(member.subscribed_topic_names), owned
    )
