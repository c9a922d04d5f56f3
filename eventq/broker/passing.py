"""Which errors pass by themselves, so that a member waits them out; every other one ends the run.

A broker or coordinator is away, a leader moves, a group rebalances: both clients go on
by themselves after these.
"""

PASSING_CODES = frozenset(
    {
        0,  # NO_ERROR
        3,  # UNKNOWN_TOPIC_OR_PART
        5,  # LEADER_NOT_AVAILABLE
        6,  # NOT_LEADER_FOR_PARTITION
        7,  # REQUEST_TIMED_OUT
        8,  # BROKER_NOT_AVAILABLE
        9,  # REPLICA_NOT_AVAILABLE
        11,  # STALE_CTRL_EPOCH
        13,  # NETWORK_EXCEPTION
        14,  # COORDINATOR_LOAD_IN_PROGRESS
        15,  # COORDINATOR_NOT_AVAILABLE
        16,  # NOT_COORDINATOR
        19,  # NOT_ENOUGH_REPLICAS
        20,  # NOT_ENOUGH_REPLICAS_AFTER_APPEND
        22,  # ILLEGAL_GENERATION
        25,  # UNKNOWN_MEMBER_ID
        27,  # REBALANCE_IN_PROGRESS
        41,  # NOT_CONTROLLER
        51,  # CONCURRENT_TRANSACTIONS
        56,  # KAFKA_STORAGE_ERROR
        60,  # REASSIGNMENT_IN_PROGRESS
        70,  # FETCH_SESSION_ID_NOT_FOUND
        71,  # INVALID_FETCH_SESSION_EPOCH
        72,  # LISTENER_NOT_FOUND
        74,  # FENCED_LEADER_EPOCH
        75,  # UNKNOWN_LEADER_EPOCH
        77,  # STALE_BROKER_EPOCH
        78,  # OFFSET_NOT_AVAILABLE
        79,  # MEMBER_ID_REQUIRED
        80,  # PREFERRED_LEADER_NOT_AVAILABLE
        83,  # ELIGIBLE_LEADERS_NOT_AVAILABLE
        84,  # ELECTION_NOT_NEEDED
        88,  # UNSTABLE_OFFSET_COMMIT
        89,  # THROTTLING_QUOTA_EXCEEDED
        100,  # UNKNOWN_TOPIC_ID
        103,  # INCONSISTENT_TOPIC_ID
        110,  # FENCED_MEMBER_EPOCH
        111,  # UNRELEASED_INSTANCE_ID
        113,  # STALE_MEMBER_EPOCH
        117,  # UNKNOWN_SUBSCRIPTION_ID
        118,  # TELEMETRY_TOO_LARGE
        122,  # SHARE_SESSION_NOT_FOUND
        123,  # INVALID_SHARE_SESSION_EPOCH
        129,  # REBOOTSTRAP_REQUIRED
        133,  # SHARE_SESSION_LIMIT_REACHED
    }
)
"""Of Kafka's protocol, with librdkafka's names."""
