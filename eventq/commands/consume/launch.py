"""Starts member processes, from a forkserver that has loaded what they need."""

from collections import Counter
from dataclasses import replace

from eventq.commands.consume.member import BROKER_FLOOR, main
from eventq.core.consume.plan import MemberPlan
from eventq.loops.consume.supervisor import Launch
from eventq.loops.processes import forkserver
from eventq.loops.processes.child import Child

_ENTRY = "eventq.commands.consume.member"


def prepare(client: str) -> None:
    """For members over `client`."""
    forkserver.prepare([_ENTRY, BROKER_FLOOR[client]])


def launcher(plan: MemberPlan) -> Launch:
    """Starts one member under a client id of its own."""
    starts: Counter[int] = Counter()

    def launch(number: int, client_id: str) -> Child:
        member = replace(plan, client_id=client_id, number=number, restarts=starts[number])
        starts[number] += 1
        return forkserver.start(main, (member,), f"member-{number}")

    return launch
