"""The options by which a worker is broken on purpose."""

from dataclasses import dataclass
from random import SystemRandom
from typing import Annotated

from eventq.commands.option_fields import option
from eventq.core.errors import UsageError
from eventq.core.produce.worker_fault import WorkerFault, parse_worker_fault

_PROOF = "Proof of delivery"


@dataclass(frozen=True, slots=True)
class FaultOptions:
    """As given; None means not given."""

    fault: Annotated[
        str | None,
        option(
            _PROOF,
            "--fault",
            text="Break a worker on purpose: kill:after=1000 kills it (SIGKILL) once it has handed over 1000 "
            "events.",
        ),
    ] = None
    fault_seed: Annotated[
        int | None,
        option(_PROOF, "--fault-seed", text="Choose the same one of several workers again.", min=0),
    ] = None

    def plan(self, source: str | None, workers: int) -> WorkerFault | None:
        """Of a run with this --input; UsageError for what can't be killed, and what chooses nothing."""
        if self.fault is not None and source is not None:
            raise UsageError(
                "--fault with --input: lines are sent by the one process that reads them",
                hint="kill it yourself, by kill -9",
            )
        if self.fault_seed is not None and self.fault is None:
            raise UsageError("--fault-seed without --fault", hint="it chooses what --fault breaks")
        if self.fault_seed is not None and workers == 1:
            raise UsageError("--fault-seed with one worker", hint="it chooses one of several --workers")
        if self.fault is None:
            return None
        seed = SystemRandom().getrandbits(32) if self.fault_seed is None else self.fault_seed
        return WorkerFault(parse_worker_fault(self.fault), seed, workers)
