"""Starts member processes, from a forkserver that has loaded what they need."""

from collections import Counter
from dataclasses import replace

from eventq.commands.consume.member import BROKER_FLOOR, STORES_FLOOR, main
from eventq.core.capacity import Need, check_count
from eventq.core.consume.delivery import KAFKA, SinkPlan
from eventq.core.consume.plan import GroupPlan, MemberPlan
from eventq.loops.consume.supervisor import Launch
from eventq.loops.processes import forkserver
from eventq.loops.processes.child import Child
from eventq.loops.processes.machine import machine

_ENTRY = "eventq.commands.consume.member"
_NEED = {
    "kafka-python": Need(working_mb=30, idle_mb=14, threads=2),
    "librdkafka": Need(working_mb=45, idle_mb=7, threads=5),
}
"""Measured with members that read as fast as they can, and with idle ones; see docs/performance.md."""


def prepare(client: str, sink: SinkPlan | None = None) -> None:
    """For members over `client` that write to `sink`; copies to a topic go by that client too."""
    stores = [STORES_FLOOR[sink.kind]] if sink is not None and sink.kind != KAFKA else []
    forkserver.prepare([_ENTRY, BROKER_FLOOR[client], *stores])


def check_room(plan: GroupPlan, partitions: int) -> None:
    """UsageError for more members than this machine can hold; those beyond the partitions have no work."""
    check_count("--count", "member", plan.count, machine(), _NEED[plan.client], partitions)


def launcher(plan: MemberPlan) -> Launch:
    """Starts one member under a client id of its own."""
    starts: Counter[int] = Counter()

    def launch(number: int, client_id: str) -> Child:
        member = replace(plan, client_id=client_id, number=number, restarts=starts[number])
        starts[number] += 1
        return forkserver.start(main, (member,), f"member-{number}")

    return launch
