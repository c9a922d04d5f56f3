"""The options of `eventq verify`, and which of them exclude each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.core.consume.delivery import Delivery
from eventq.core.errors import UsageError

_LOAD = "The load"
_PROMISE = "The promise, and what is broken on purpose"
_RESULT = "The result"
_OTHER = "Instead of one verification"
DEFAULT_MESSAGES = 100_000
DEFAULT_TIMEOUT = "2m"
MATRIX_MESSAGES = 3000
NO_FAULT = "none"


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """As given; None means not given."""

    messages: Annotated[
        int | None,
        option(
            _LOAD,
            "-n",
            "--messages",
            text="How many events are sent and processed.",
            min=1,
            show_default=str(DEFAULT_MESSAGES),
        ),
    ] = None
    rate: Annotated[
        str | None,
        option(_LOAD, "-r", "--rate", text="Events per second; default: as fast as possible."),
    ] = None
    count: Annotated[
        int | None,
        option(_LOAD, "--count", "--members", text="Member processes (KAFKA_CONSUMER_COUNT, 3).", min=1),
    ] = None
    partitions: Annotated[
        int | None, option(_LOAD, "--partitions", text="Of its topic (KAFKA_PARTITIONS, 10).", min=1)
    ] = None
    replicas: Annotated[
        int | None, option(_LOAD, "--replicas", text="Of its topic (KAFKA_REPLICAS, 1).", min=1)
    ] = None
    delivery: Annotated[
        Delivery | None,
        option(_PROMISE, "--delivery", text="The guarantee.", show_default=Delivery.EXACTLY_ONCE.value),
    ] = None
    sink: Annotated[
        str | None,
        option(
            _PROMISE,
            "--sink",
            text="Where effects go, as for eventq consume; sqlite:, jsonl:, kafka: and postgresql: alone "
            "are made for it (postgresql: starts a server) and removed at the end.",
            show_default="sqlite:",
        ),
    ] = None
    fault: Annotated[
        tuple[str, ...],
        option(
            _PROMISE,
            "--fault",
            text="As for eventq consume, repeatable, or none; default: five kills, and each member dies "
            "once before a commit.",
        ),
    ] = ()
    fault_seed: Annotated[
        int | None, option(_PROMISE, "--fault-seed", text="Choose the same crash points again.", min=0)
    ] = None
    timeout: Annotated[
        str | None,
        option(
            _PROMISE,
            "--timeout",
            text="Exit 124 if the group has not processed everything so long after the last event was sent.",
            show_default=DEFAULT_TIMEOUT,
        ),
    ] = None
    keep: Annotated[
        bool, option(_RESULT, "--keep", text="Keep the topic, the group, the ledger and the sink.")
    ] = False
    junit: Annotated[
        Path | None, option(_RESULT, "--junit", text="Write the verdict as JUnit XML to this file as well.")
    ] = None
    matrix: Annotated[
        bool, option(_OTHER, "--matrix", text="A small verification of each guarantee with each fault.")
    ] = False
    clean: Annotated[
        bool, option(_OTHER, "--clean", text="Remove what verifications left that were killed; asks first.")
    ] = False
    yes: Annotated[bool, option(_OTHER, "--yes", text="Do not ask (--clean).")] = False

    def check(self) -> None:
        """UsageError for options that exclude each other, or that would do nothing beside the others."""
        if self.matrix and self.clean:
            raise UsageError("--matrix and --clean exclude each other", hint="give one of them")
        if self.clean:
            self._refuse("--clean", self._given(), "it takes no option but --yes")
        elif self.yes:
            raise UsageError("--yes without --clean", hint="nothing else asks")
        if self.matrix:
            idle = [n for n in self._given() if n in {"--delivery", "--fault", "--rate"}]
            self._refuse("--matrix", idle, "it goes through every guarantee and fault by itself")
        self._check_sink()
        if NO_FAULT in self.fault and self.fault != (NO_FAULT,):
            raise UsageError("--fault none beside other faults", hint="leave one of them out")
        if self.fault == (NO_FAULT,) and self.fault_seed is not None:
            raise UsageError("--fault-seed with --fault none", hint="there is nothing to choose")

    def _check_sink(self) -> None:
        sink = self.sink or ""
        if self.keep and sink == "postgresql:":
            raise UsageError(
                "--keep with --sink postgresql:, a server that ends with the command",
                hint="postgresql://… names a database that stays",
            )
        if self.matrix and sink.startswith("kafka:") and sink != "kafka:":
            raise UsageError(
                f"--matrix with --sink {sink}: copies do not tell which group has made them",
                hint="kafka: makes a topic for each",
            )

    def _given(self) -> list[str]:
        given = {
            "--messages": self.messages,
            "--rate": self.rate,
            "--count": self.count,
            "--partitions": self.partitions,
            "--replicas": self.replicas,
            "--delivery": self.delivery,
            "--sink": self.sink,
            "--fault": self.fault or None,
            "--fault-seed": self.fault_seed,
            "--timeout": self.timeout,
            "--keep": self.keep or None,
            "--junit": self.junit,
        }
        return [name for name, value in given.items() if value is not None]

    def _refuse(self, beside: str, idle: Sequence[str], hint: str) -> None:
        if idle:
            raise UsageError(f"{' and '.join(idle)} with {beside}", hint=hint)
