"""A member process: where the forkserver enters."""

import os
import signal
from multiprocessing.connection import Connection

from eventq.broker.consume import KafkaPythonConsumer
from eventq.core.consume_plan import MemberPlan
from eventq.core.errors import EventqError
from eventq.core.purchase import fault, json_fault
from eventq.loops.clock import SystemClock
from eventq.loops.link import Link
from eventq.loops.member import Fault, Member
from eventq.loops.messages import Done, Failed

_FAULTS: dict[str, Fault] = {"purchase": fault, "json": json_fault, "raw": lambda _value: None}


def main(pipe: Connection, plan: MemberPlan) -> None:
    """One member, until the parent says Stop or is gone. Signals are the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    clock = SystemClock()
    link = Link(pipe, clock)
    try:
        Member(KafkaPythonConsumer(plan), link, plan, _FAULTS[plan.value_format], clock).run()
    except EventqError as error:
        link.send(Failed(str(error), error.hint))
        link.send(Done())
    pipe.close()
    os._exit(0)
