"""`eventq lag watch` while its broker is killed and comes back."""

import json
import subprocess

from tests.lag_world import LagWorld
from tests.private_kafka import PrivateKafka


def shows(process: "subprocess.Popen[str]", *, stale: bool) -> bool:
    """Whether a sample comes with the lag; a broker that is back knows at first no group."""
    samples = map(json.loads, process.stdout or ())
    return any(one["stale"] is stale and [g["lag"] for g in one["groups"]] == [40] for one in samples)


def test_it_outlives_a_broker_that_is_killed_and_keeps_the_last_values_meanwhile(
    restartable: PrivateKafka,
) -> None:
    with LagWorld(restartable.bootstrap) as world:
        world.commit(100, 60)
        watching = world.start("watch", "-g", world.group, "-o", "json", "--interval", "200ms")
        assert shows(watching, stale=False)
        world.disconnect()
        restartable.kill()
        assert shows(watching, stale=True)
        restartable.up()
        assert shows(watching, stale=False)
        assert watching.poll() is None
