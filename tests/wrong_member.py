"""`python -m tests.wrong_member verify …`: eventq whose members commit before they write, in any case."""

import sys
from dataclasses import replace

from eventq import cli
from eventq.commands.consume import launch, member
from eventq.core.consume.delivery import Delivery
from eventq.core.consume.plan import MemberPlan
from eventq.loops.processes.child import Pipe
from tests import wrong_member


def main(pipe: Pipe, plan: MemberPlan) -> None:
    member.main(pipe, replace(plan, delivery=Delivery.AT_MOST_ONCE))


if __name__ == "__main__":
    launch.main = wrong_member.main  # type: ignore[attr-defined]
    sys.exit(cli.run())
