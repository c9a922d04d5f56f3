"""Starts and stops many members of one group, several at once and at any moment: `python -m tests.churn …`.

A program of its own because it is the parent of members, as `eventq consume` is, in a forkserver of its own.
Prints what the members said in sum, as JSON.
"""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from random import Random

from eventq.broker.consume.cluster_admin import KafkaPythonClusterAdmin
from eventq.commands.consume.launch import launcher, prepare
from eventq.core.consume.plan import MemberPlan
from eventq.core.consume.work import Work
from eventq.core.settings.settings import Connection
from eventq.core.start import Start, StartKind
from eventq.loops.consume.messages import Committed, Committing, ToParent
from eventq.loops.processes import forkserver
from eventq.loops.processes.child import Child
from eventq.loops.processes.messages import Failed, Stop

AT_ONCE = 16
PATIENCE_SECONDS = 1.5


@dataclass
class Life:
    """One member: `covered` records are in commits that it knows to be made."""

    client_id: str
    child: Child
    stop_at: float | None = None
    announced: int = 0
    covered: int = 0
    refused: int = 0
    told: bool = False
    failure: str | None = None

    def hear(self, message: ToParent) -> None:
        if isinstance(message, Committing):
            self.announced = message.covered
        elif isinstance(message, Committed) and message.reason is None:
            self.covered += self.announced
        elif isinstance(message, Committed):
            self.refused += 1
        elif isinstance(message, Failed):
            self.failure = message.message

    def listen(self) -> bool:
        """False once its process is gone."""
        self.child.receive(self.hear)
        if not self.child.open:
            self.child.close()
        return self.child.open

    def see_to(self, now: float) -> None:
        if self.stop_at is not None and not self.told and now >= self.stop_at:
            self.told = True
            self.child.send(Stop())


def churn(plan: MemberPlan, starts: int) -> list[Life]:
    """All members that there were: most stop, at any moment, as soon as the group has committed something."""
    prepare(plan.client)
    admin = KafkaPythonClusterAdmin(plan.connection, plan.topic, plan.group)
    launch, random = launcher(plan), Random(7)
    lives: list[Life] = []
    living: list[Life] = []
    covered, wave_until = 0, 0.0
    while len(lives) < starts or living:
        while len(lives) < starts and len(living) < AT_ONCE:
            client_id = f"churn-{len(lives)}."
            lives.append(Life(client_id, launch(len(lives), client_id)))
            living.append(lives[-1])
        forkserver.wait([life.child for life in living], 0.02)
        ended = [life for life in living if not life.listen()]
        for life in ended:
            living.remove(life)
            admin.remove_stale_members(life.client_id)
        now, total = time.monotonic(), sum(life.covered for life in lives)
        if all(life.stop_at is None for life in living) and (total > covered or now > wave_until):
            covered, wave_until = total, now + PATIENCE_SECONDS
            for life in random.sample(living, min(len(living), AT_ONCE - 2)):
                life.stop_at = now + 0.3 * random.random()
        for life in living:
            life.see_to(now)
    return lives


def main(client: str, bootstrap: str, topic: str, group: str, starts: str) -> None:
    plan = MemberPlan(
        connection=Connection(bootstrap=bootstrap),
        client=client,
        topic=topic,
        group=group,
        client_id="",
        start=Start(StartKind.BEGINNING),
        read_committed=False,
        session_timeout=10,
        heartbeat_interval=0.2,
        work=Work(0.002, 0.002),
        commit_interval=0.1,
        value_format="purchase",
        events=False,
        limited=False,
    )
    lives = churn(plan, int(starts))
    said = {
        "covered": sum(life.covered for life in lives),
        "refused": sum(life.refused for life in lives),
        "workers": sum(life.covered > 0 for life in lives),
        "exits": Counter(str(life.child.exit) for life in lives),
        "failures": [life.failure for life in lives if life.failure is not None],
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
