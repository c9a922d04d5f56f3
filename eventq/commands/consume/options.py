"""The options of `eventq consume`, and which of them exclude each other."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation

_GROUP = "The group"
_LIMITS = "Goals and limits"
_EVENTS = "Events"


class ValueFormat(str, Enum):
    PURCHASE = "purchase"
    JSON = "json"
    RAW = "raw"


class OnMalformed(str, Enum):
    SKIP = "skip"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class ConsumeOptions:
    """As given; None means not given."""

    topic: Annotated[
        str | None, option(_GROUP, "-t", "--topic", text="The topic (KAFKA_TOPIC, default).")
    ] = None
    group: Annotated[
        str | None, option(_GROUP, "-g", "--group", text="The consumer group (KAFKA_GROUP_ID, default).")
    ] = None
    count: Annotated[
        int | None,
        option(_GROUP, "--count", "--members", text="Member processes (KAFKA_CONSUMER_COUNT, 3).", min=1),
    ] = None
    from_beginning: Annotated[
        bool,
        option(_GROUP, "--from-beginning", text="Without a commit, begin at the log start, not at the end."),
    ] = False
    start: Annotated[
        str | None,
        option(_GROUP, "--from", text="Without a commit, begin at this OFFSET, RFC 3339 time or @MILLIS."),
    ] = None
    isolation: Annotated[
        Isolation | None,
        option(_GROUP, "--isolation", text="read-committed: records of committed transactions only."),
    ] = None
    session_timeout: Annotated[
        str | None, option(_GROUP, "--session-timeout", text="When a silent member is given up (10s).")
    ] = None
    heartbeat_interval: Annotated[
        str | None, option(_GROUP, "--heartbeat-interval", text="How often a member is heard of (1s).")
    ] = None
    commit_interval: Annotated[
        str, option(_GROUP, "--commit-interval", text="How often a member commits what it processed.")
    ] = "1s"
    restart: Annotated[
        bool, option(_GROUP, "--restart/--no-restart", text="Start a member again that has died.")
    ] = True
    max_messages: Annotated[
        int | None,
        option(
            _LIMITS, "-n", "--max-messages", text="Process and commit exactly N, over all members.", min=1
        ),
    ] = None
    until_end: Annotated[
        bool, option(_LIMITS, "--until-end", text="Until the group has passed the ends of now.")
    ] = False
    duration: Annotated[
        str | None, option(_LIMITS, "--duration", text="A planned end after 30s, 5m, 1h30m.")
    ] = None
    timeout: Annotated[
        str | None, option(_LIMITS, "--timeout", text="Exit 124 when the goal is not reached by then.")
    ] = None
    idle_timeout: Annotated[
        str | None, option(_LIMITS, "--idle-timeout", text="End when nothing has arrived for so long.")
    ] = None
    work: Annotated[
        str | None, option(_EVENTS, "--work", text="Time an event takes: 5ms, uniform:1ms..9ms, exp:5ms.")
    ] = None
    events: Annotated[
        bool,
        option(_EVENTS, "--events", text="Each event on stdout, a JSON line each."),
    ] = False
    value_format: Annotated[
        ValueFormat, option(_EVENTS, "--format", text="What a well-formed value is; raw: anything.")
    ] = ValueFormat.PURCHASE
    on_malformed: Annotated[
        OnMalformed,
        option(_EVENTS, "--on-malformed", text="skip: count and go on; fail: exit 1, not committed."),
    ] = OnMalformed.SKIP

    @property
    def fail_on_malformed(self) -> bool:
        return self.on_malformed is OnMalformed.FAIL

    def check(self) -> None:
        """UsageError for options that exclude each other, or that would do nothing beside the others."""
        if self.max_messages is not None and self.until_end:
            raise UsageError("--max-messages and --until-end are two goals", hint="give one of them")
        if self.timeout is not None and self.max_messages is None and not self.until_end:
            raise UsageError(
                "--timeout says by when a goal must be reached, and there is none",
                hint="add -n or --until-end; --duration is a planned end",
            )
        if self.fail_on_malformed and self.value_format is ValueFormat.RAW:
            raise UsageError("--on-malformed fail with --format raw", hint="as raw no value is malformed")
