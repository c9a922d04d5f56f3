"""Starts member processes, from a forkserver that has loaded what they need."""

from collections.abc import Callable
from dataclasses import replace

from eventq.commands import processes
from eventq.commands.consume.member import BROKER_FLOOR
from eventq.core.consume.plan import MemberPlan

_ENTRY = "eventq.commands.consume.member"


def prepare(client: str) -> None:
    """For members over `client`."""
    processes.prepare([_ENTRY, BROKER_FLOOR[client]])


def launcher(plan: MemberPlan) -> Callable[[int, str], processes.Child]:
    """Starts one member under a client id of its own."""

    def launch(number: int, client_id: str) -> processes.Child:
        from eventq.commands.consume.member import main

        return processes.start(main, (replace(plan, client_id=client_id),), f"member-{number}")

    return launch
