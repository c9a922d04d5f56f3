import json
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.produce_world import ProduceWorld


@pytest.fixture
def world(bootstrap: str) -> Iterator[ProduceWorld]:
    world = ProduceWorld(bootstrap)
    yield world
    world.close()


@pytest.fixture(params=["kafka-python", "librdkafka"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_paced_run_sends_exactly_its_events_each_dated_when_it_was_due(
    world: ProduceWorld, client: str
) -> None:
    run = world.produce("--client", client, "--rate", "100", "--duration", "1s", "--partitions", "3")
    report = run.report
    assert run.code == 0
    assert f"created topic {world.topic}: 3 partitions, 1 replica" in run.err
    assert (report["client"], report["offered"], report["acked"]) == (client, 100, 100)
    assert (report["failed"], report["unknown"], report["dropped"], report["errors"]) == (0, 0, 0, {})
    assert report["target_rate"] == 100.0
    records = world.records()
    sent = sorted(json.loads(record.value)["purchasedAt"] for record in records)
    assert [b - a for a, b in pairwise(sent)] == [10] * 99
    for record in records:
        assert record.timestamp == json.loads(record.value)["purchasedAt"]
        assert (record.key, record.headers) == (None, [])
    assert {
        p["partition"]: (p["acked"], p["first_offset"], p["last_offset"]) for p in report["partitions"]
    } == {
        p: (len(mine), mine[0].offset, mine[-1].offset)
        for p in range(3)
        if (mine := [record for record in records if record.partition == p])
    }


def test_an_unpaced_run_of_a_seed_is_the_same_over_both_clients(world: ProduceWorld) -> None:
    world.create(1)
    for client in ("kafka-python", "librdkafka"):
        run = world.produce("--client", client, "-n", "1500", "--seed", "7")
        assert (run.code, run.report["acked"], run.report["target_rate"]) == (0, 1500, None)
        assert run.report["slip_ms"] == {"p50": None, "p99": None, "max": None}
    made = [record.value.split(b',"purchasedAt"')[0] for record in world.records()]
    assert made[:1500] == made[1500:]


def test_workers_that_need_no_pace_still_begin_with_their_common_clock(world: ProduceWorld) -> None:
    report = world.produce("-n", "50", "--workers", "2").report
    assert report["acked"] == 50
    assert report["achieved_rate"] is not None
    assert report["seconds"] > 0
