"""`eventq lag watch` while its broker is killed and comes back."""

import json
import subprocess
from typing import Any

from tests.lag_world import LagWorld
from tests.private_kafka import PrivateKafka


def next_line(process: "subprocess.Popen[str]", *, stale: bool) -> Any:
    lines = map(json.loads, process.stdout or ())
    return next(one for one in lines if one["stale"] is stale)


def test_it_outlives_a_broker_that_is_killed_and_keeps_the_last_values_meanwhile(
    restartable: PrivateKafka,
) -> None:
    with LagWorld(restartable.bootstrap) as world:
        world.commit(100, 60)
        watching = world.start("watch", "-g", world.group, "-o", "json", "--interval", "200ms")
        assert next_line(watching, stale=False)["groups"][0]["lag"] == 40
        world.disconnect()
        restartable.kill()
        assert next_line(watching, stale=True)["groups"][0]["lag"] == 40
        restartable.up()
        assert next_line(watching, stale=False)["groups"][0]["lag"] == 40
        assert watching.poll() is None
