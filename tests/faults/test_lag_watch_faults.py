"""`eventq lag watch` while its broker is killed and comes back."""

import json
import subprocess

from tests.lag_harness import LagHarness
from tests.private_kafka import PrivateKafka


def shows(process: "subprocess.Popen[str]", *, stale: bool) -> bool:
    """Whether a sample comes with the lag; a broker that is back knows at first no group."""
    samples = map(json.loads, process.stdout or ())
    return any(one["stale"] is stale and [g["lag"] for g in one["groups"]] == [40] for one in samples)


def test_it_outlives_a_broker_that_is_killed_and_keeps_the_last_values_meanwhile(
    restartable: PrivateKafka,
) -> None:
    with LagHarness(restartable.bootstrap) as harness:
        harness.commit(100, 60)
        watching = harness.start("watch", "-g", harness.group, "-o", "json", "--interval", "200ms")
        assert shows(watching, stale=False)
        harness.disconnect()
        restartable.kill()
        assert shows(watching, stale=True)
        restartable.up()
        assert shows(watching, stale=False)
        assert watching.poll() is None
