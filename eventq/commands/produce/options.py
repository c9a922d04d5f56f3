"""The options of `eventq produce`, and which of them exclude each other."""

from dataclasses import dataclass
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.core.errors import UsageError
from eventq.core.produce.plan import Acks, ArrivalKind, Compression, InputFormat, Stamp

_TOPIC = "The topic"
_LOAD = "The load"
_PROOF = "Proof of delivery"
_SENDING = "Sending"


@dataclass(frozen=True, slots=True)
class ProduceOptions:
    """As given; None means not given."""

    topic: Annotated[
        str | None, option(_TOPIC, "-t", "--topic", text="The topic (KAFKA_TOPIC, default).")
    ] = None
    partitions: Annotated[
        int | None,
        option(
            _TOPIC,
            "--partitions",
            text="Create the topic with, or grow it to, this many (KAFKA_PARTITIONS, 10).",
            min=1,
        ),
    ] = None
    replicas: Annotated[
        int | None,
        option(_TOPIC, "--replicas", text="Replicas, if the topic is created (KAFKA_REPLICAS, 1).", min=1),
    ] = None
    create: Annotated[
        bool,
        option(_TOPIC, "--create/--no-create", text="Create a missing topic, or with --no-create exit 4."),
    ] = True
    grow: Annotated[
        bool, option(_TOPIC, "--grow/--no-grow", text="Add partitions if there are fewer than requested.")
    ] = True
    partition: Annotated[
        int | None, option(_TOPIC, "--partition", text="Send everything to this partition.", min=0)
    ] = None
    rate: Annotated[
        str | None,
        option(
            _LOAD,
            "-r",
            "--rate",
            text="Events per second: 100, 0.5, 100/s, 30/m; default: as fast as possible.",
        ),
    ] = None
    stage: Annotated[
        tuple[str, ...],
        option(
            _LOAD,
            "--stage",
            text="A part of the load, DURATION:RATE or DURATION:A..B, such as 30s:100, 1m:100..500 or 10s:0 "
            "(a pause); repeat it for the next.",
        ),
    ] = ()
    loop: Annotated[
        bool, option(_LOAD, "--loop", text="Repeat the stages until --max-messages or --duration.")
    ] = False
    arrivals: Annotated[
        ArrivalKind,
        option(_LOAD, "--arrivals", text="Evenly, or by chance as a Poisson process (by --seed)."),
    ] = ArrivalKind.EVEN
    max_messages: Annotated[
        int | None, option(_LOAD, "-n", "--max-messages", text="Send exactly N events.", min=1)
    ] = None
    duration: Annotated[
        str | None, option(_LOAD, "--duration", text="Stop after this time: 30s, 5m, 1h30m.")
    ] = None
    seed: Annotated[
        int | None,
        option(
            _LOAD,
            "--seed",
            text="Generate the same ids, prices and keys for the same seed, and abort the same transactions; "
            "with --stamp id the ids differ by run.",
            min=0,
        ),
    ] = None
    key: Annotated[
        str,
        option(_LOAD, "--key", text="Keys: none, product, customer:K or zipf:K:S (skewed)."),
    ] = "none"
    workers: Annotated[int, option(_LOAD, "--workers", text="Processes that share the schedule.", min=1)] = 1
    input: Annotated[
        str | None,
        option(
            _LOAD,
            "--input",
            text="Send each line of this file as its bytes (all but \\n); - is standard input.",
        ),
    ] = None
    input_format: Annotated[
        InputFormat | None,
        option(
            _LOAD,
            "--format",
            text="What the lines of --input are: values (lines), or events as `consume --events` prints "
            "them, with key, headers and bytes (events).",
            show_default="lines",
        ),
    ] = None
    keep_partition: Annotated[
        bool, option(_LOAD, "--keep-partition", text="Send each event to the partition that its line names.")
    ] = False
    keep_timestamp: Annotated[
        bool, option(_LOAD, "--keep-timestamp", text="Send each event with the time that its line names.")
    ] = False
    max_slip: Annotated[
        str | None, option(_LOAD, "--max-slip", text="Exit 3 if the p99 slip is greater than this.")
    ] = None
    stamp: Annotated[
        Stamp,
        option(
            _PROOF,
            "--stamp",
            text="Let each event say which it is: in its productId (id), in a header, or not at all (none); "
            "auto: id with --ledger, header with --input too, else none.",
        ),
    ] = Stamp.AUTO
    ledger: Annotated[
        str | None,
        option(
            _PROOF,
            "--ledger",
            text="Write what was offered and acknowledged to this new file, for `eventq audit`; "
            "worker 2 and later to FILE.1, FILE.2, …",
        ),
    ] = None
    ledger_append: Annotated[
        bool, option(_PROOF, "--ledger-append", text="Continue a ledger that is there with this run.")
    ] = False
    acks: Annotated[
        Acks | None,
        option(
            _SENDING,
            "--acks",
            text="Acknowledgements to wait for: all (idempotent), 1 or 0.",
            show_default="all",
        ),
    ] = None
    compression: Annotated[
        Compression | None,
        option(_SENDING, "--compression", text="Compression of batches.", show_default="none"),
    ] = None
    linger_ms: Annotated[
        int | None, option(_SENDING, "--linger-ms", text="How long a batch waits for more events.", min=0)
    ] = None
    batch_bytes: Annotated[
        int | None, option(_SENDING, "--batch-bytes", text="Maximum size of a batch.", min=1)
    ] = None

    def check(self, *, chooses: bool = False) -> None:
        """UsageError for options that exclude each other, or that would do nothing beside the others.

        `chooses`: a seed is needed for more than to make up events.
        """
        if self.partition is not None and self.partitions is not None:
            raise UsageError(
                "--partition and --partitions exclude each other",
                hint="one is a single partition to send to, the other the size of the topic",
            )
        self._check_load()
        self._check_input(chooses=chooses)
        self._check_ledger()

    def _check_load(self) -> None:
        paced = self.rate is not None or bool(self.stage)
        if self.rate is not None and self.stage:
            raise UsageError("--rate and --stage exclude each other", hint="a stage has its own rate")
        if self.max_slip is not None and not paced:
            raise UsageError("--max-slip without --rate or --stage", hint="only a paced run can be late")
        if self.arrivals is not ArrivalKind.EVEN and not paced:
            raise UsageError(
                f"--arrivals {self.arrivals.value} without --rate or --stage", hint="say how many arrive"
            )
        if self.loop and not self.stage:
            raise UsageError("--loop without --stage", hint="a --rate goes on until --duration as it is")
        if self.loop and self.duration is None and self.max_messages is None:
            raise UsageError("--loop without an end", hint="say when: --duration or --max-messages, or both")

    def _check_input(self, *, chooses: bool) -> None:
        """What would do nothing, as --input makes no events up."""
        given = [
            ("--seed", self.seed is not None and not chooses and self.arrivals is ArrivalKind.EVEN),
            ("--key", self.key != "none"),
            ("--workers", self.workers > 1),
        ]
        idle = [name for name, is_given in given if is_given]
        if self.input is not None and idle:
            raise UsageError(
                f"{' and '.join(idle)} with --input",
                hint="lines are sent as they are, by one worker, without keys",
            )
        if self.input is None and self.input_format is not None:
            raise UsageError("--format without --input", hint="it says what the lines of --input are")
        kept = [("--keep-partition", self.keep_partition), ("--keep-timestamp", self.keep_timestamp)]
        idle = [name for name, is_given in kept if is_given]
        if self.input_format is not InputFormat.EVENTS and idle:
            raise UsageError(f"{' and '.join(idle)} without --format events", hint="only an event has them")
        if self.keep_partition and self.partition is not None:
            raise UsageError("--keep-partition and --partition exclude each other", hint="give one of them")
        if self.input is not None and self.stamp is Stamp.ID:
            raise UsageError(
                "--stamp id with --input: lines are sent as they are",
                hint="--stamp header leaves them as they are",
            )

    def _check_ledger(self) -> None:
        """What would make the ledger useless, or does nothing without one."""
        if self.ledger_append and self.ledger is None:
            raise UsageError("--ledger-append without --ledger", hint="--ledger names the file")
        if self.ledger is not None and self.stamp is Stamp.NONE:
            raise UsageError(
                "--ledger with --stamp none: nobody could tell which event of the ledger is which",
                hint="leave --stamp out",
            )
        if self.ledger is not None and self.acks is Acks.NONE:
            raise UsageError(
                "--ledger with --acks 0: no event is acknowledged, so there is nothing to write down",
                hint="--acks all or 1",
            )

    def stamped(self) -> Stamp:
        """By --stamp, or what suits the other options."""
        if self.stamp is not Stamp.AUTO:
            return self.stamp
        if self.ledger is None:
            return Stamp.NONE
        return Stamp.ID if self.input is None else Stamp.HEADER
