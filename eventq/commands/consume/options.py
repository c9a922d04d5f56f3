"""The options of `eventq consume`, and which of them exclude each other."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.core.consume.delivery import KAFKA, Delivery, check_delivery, is_transactional, parse_sink
from eventq.core.consume.on_malformed import (
    MalformedRule,
    OnMalformed,
    check_dead_letters,
    parse_on_malformed,
)
from eventq.core.errors import UsageError
from eventq.core.kafka import Isolation

_GROUP = "The group"
_LIMITS = "Goals and limits"
_DELIVERY = "Delivery"
_EVENTS = "Events"
DEFAULT_RETRIES = 5
DEFAULT_BACKOFF = "1s"
DEFAULT_COMMIT_INTERVAL = "1s"


class ValueFormat(str, Enum):
    PURCHASE = "purchase"
    JSON = "json"
    RAW = "raw"


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
        option(
            _GROUP, "--from-beginning", text="Without a commit, start at the log start instead of the end."
        ),
    ] = False
    start: Annotated[
        str | None,
        option(_GROUP, "--from", text="Without a commit, start at this OFFSET, RFC 3339 time or @MILLIS."),
    ] = None
    isolation: Annotated[
        Isolation | None,
        option(
            _GROUP,
            "--isolation",
            text="read-committed: only records of committed transactions (read-uncommitted).",
        ),
    ] = None
    session_timeout: Annotated[
        str | None,
        option(
            _GROUP, "--session-timeout", text="Remove a member that sends no heartbeat for this long (10s)."
        ),
    ] = None
    heartbeat_interval: Annotated[
        str | None, option(_GROUP, "--heartbeat-interval", text="How often a member sends a heartbeat (1s).")
    ] = None
    commit_interval: Annotated[
        str | None,
        option(
            _GROUP,
            "--commit-interval",
            text="How often a member commits what it has processed.",
            show_default=DEFAULT_COMMIT_INTERVAL,
        ),
    ] = None
    restart: Annotated[
        bool,
        option(_GROUP, "--restart/--no-restart", text="Restart a member that dies."),
    ] = True
    max_messages: Annotated[
        int | None,
        option(
            _LIMITS,
            "-n",
            "--max-messages",
            text="Process and commit exactly N events, over all members.",
            min=1,
        ),
    ] = None
    until_end: Annotated[
        bool,
        option(_LIMITS, "--until-end", text="Stop once the group has read up to the current end offsets."),
    ] = False
    duration: Annotated[
        str | None, option(_LIMITS, "--duration", text="Stop after this time: 30s, 5m, 1h30m.")
    ] = None
    timeout: Annotated[
        str | None, option(_LIMITS, "--timeout", text="Exit 124 if the goal is not reached within this time.")
    ] = None
    idle_timeout: Annotated[
        str | None, option(_LIMITS, "--idle-timeout", text="Stop when no event has arrived for this long.")
    ] = None
    delivery: Annotated[
        Delivery,
        option(
            _DELIVERY,
            "--delivery",
            text="What holds when a member crashes: at-most-once commits before it processes, at-least-once "
            "after, exactly-once together with the effect in --sink.",
        ),
    ] = Delivery.AT_LEAST_ONCE
    sink: Annotated[
        str | None,
        option(
            _DELIVERY,
            "--sink",
            text="Write the effect of each event to sqlite:PATH or postgresql://… (a database), or to "
            "jsonl:PATH (a file PATH.N for member N), or copy each record to kafka:TOPIC.",
        ),
    ] = None
    transactional_id_prefix: Annotated[
        str | None,
        option(
            _DELIVERY,
            "--transactional-id-prefix",
            text="The transactional.id of member N is PREFIX.N, with --sink kafka: under exactly-once "
            "(eventq.GROUP.RUN, a new RUN each time).",
        ),
    ] = None
    retries: Annotated[
        int | None,
        option(
            _DELIVERY,
            "--retries",
            text="How often a write to --sink or to a dead-letter topic is tried again before the run ends.",
            min=0,
            show_default=str(DEFAULT_RETRIES),
        ),
    ] = None
    retry_backoff: Annotated[
        str | None,
        option(
            _DELIVERY,
            "--retry-backoff",
            text="How long to wait before such a write is tried again.",
            show_default=DEFAULT_BACKOFF,
        ),
    ] = None
    fault: Annotated[
        list[str] | None,
        option(
            _DELIVERY,
            "--fault",
            text="Break members on purpose: kill:after=1000 (events), kill:every=5s, "
            "pause:after=1000,for=12s, pause:every=5s,for=12s, "
            "crash-point:before-commit, after-commit, mid-batch or after-claim (repeatable).",
        ),
    ] = None
    fault_seed: Annotated[
        int | None,
        option(
            _DELIVERY,
            "--fault-seed",
            text="Choose the same crash points again; what goes by the clock is not repeatable.",
            min=0,
        ),
    ] = None
    work: Annotated[
        str | None,
        option(_EVENTS, "--work", text="Simulated work per event: 5ms, uniform:1ms..9ms, exp:5ms."),
    ] = None
    events: Annotated[
        bool,
        option(_EVENTS, "--events", text="Print each event to stdout as one line of JSON."),
    ] = False
    value_format: Annotated[
        ValueFormat, option(_EVENTS, "--format", text="The expected form of a value; raw accepts anything.")
    ] = ValueFormat.PURCHASE
    on_malformed: Annotated[
        str,
        option(
            _EVENTS,
            "--on-malformed",
            text="skip: count it and go on; fail: exit 1, do not commit it; dead-letter: keep it whole in a "
            "table of a database --sink; dead-letter:TOPIC: send it to a Kafka topic.",
        ),
    ] = MalformedRule.SKIP.value

    def check(self) -> None:
        """UsageError for options that exclude each other, or that would do nothing beside the others."""
        if self.max_messages is not None and self.until_end:
            raise UsageError("--max-messages and --until-end are two goals", hint="give one of them")
        if self.timeout is not None and self.max_messages is None and not self.until_end:
            raise UsageError(
                "--timeout is the time limit for a goal, and there is none",
                hint="add -n or --until-end; to stop after a fixed time use --duration",
            )
        malformed = parse_on_malformed(self.on_malformed)
        if malformed.rule is not MalformedRule.SKIP and self.value_format is ValueFormat.RAW:
            raise UsageError(
                f"--on-malformed {malformed.text} with --format raw", hint="a raw value is never malformed"
            )
        self._check_sink(malformed)

    def _check_sink(self, malformed: OnMalformed) -> None:
        """What a sink can't promise, and what does nothing without one."""
        kind = None if self.sink is None else parse_sink(self.sink)[0]
        check_delivery(self.delivery, kind)
        check_dead_letters(malformed, self.delivery, kind)
        self._check_transactions(kind)
        self._check_retries(malformed, kind)
        if self.fault_seed is not None and not self.fault:
            raise UsageError("--fault-seed without --fault", hint="it chooses what --fault breaks")
        if self.sink is not None and self.events:
            raise UsageError(
                "--events with --sink: the effects of events go to one place",
                hint="run a second group for the other one",
            )

    def _check_retries(self, malformed: OnMalformed, kind: str | None) -> None:
        given = [("--retries", self.retries), ("--retry-backoff", self.retry_backoff)]
        said = " and ".join(name for name, value in given if value is not None)
        if not said or kind not in {None, KAFKA}:
            return
        if kind is None and malformed.topic is None:
            raise UsageError(
                f"{said} without --sink or a dead-letter topic", hint="only these are tried again"
            )
        if self.delivery is Delivery.AT_MOST_ONCE:
            where = "a dead-letter topic" if kind is None else "--sink kafka:"
            raise UsageError(
                f"{said} with {where} under at-most-once",
                hint="what is sent again may be there twice; -X delivery.timeout.ms is how long it is tried",
            )

    def _check_transactions(self, kind: str | None) -> None:
        transactional = is_transactional(self.delivery, kind)
        if self.transactional_id_prefix is not None and not transactional:
            raise UsageError(
                "--transactional-id-prefix without transactions",
                hint="they are made by --delivery exactly-once --sink kafka:TOPIC",
            )
        if self.transactional_id_prefix == "":
            raise UsageError("--transactional-id-prefix is empty", hint="leave it out: each run has its own")
        if not transactional:
            return
        if self.commit_interval is not None:
            raise UsageError(
                "--commit-interval with transactions: every poll is committed by its own",
                hint="leave --commit-interval out",
            )
