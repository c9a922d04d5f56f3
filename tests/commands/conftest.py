from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient

from tests.consume_world import CLIENTS, World
from tests.group_ward import Ward


@pytest.fixture(params=CLIENTS)
def world(bootstrap: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """Once over each client."""
    world = World(bootstrap, request.param)
    yield world
    world.close()


@pytest.fixture
def ward(bootstrap: str) -> Iterator[Ward]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    yield Ward(bootstrap, admin)
    admin.close()
