"""What to do where a broker does not let a member into its group, whatever the client."""

from eventq.core.errors import EventqError

_HINTS = {
    23: "another member of the group has another partition.assignment.strategy",
    24: "a group can't have this name",
    26: "--session-timeout must be within the broker's limits: by default from 6s to 30m",
    29: "may this user read the topic? kafka-acls tells",
    30: "may this user read in the group? kafka-acls tells",
    81: "the group is full: group.max.size of the broker; fewer members with --count",
}


def refused(topic: str, code: int, text: str) -> EventqError:
    """Of an error code of Kafka."""
    return EventqError(f"consuming {topic} failed: {text}", hint=_HINTS.get(code))
