from collections.abc import Iterator

import pytest

from tests.consume_world import CLIENTS, World, over_both_clients


@pytest.fixture(params=CLIENTS)
def world(bootstrap: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """Once over each client."""
    world = World(bootstrap, request.param)
    yield world
    world.close()


@pytest.fixture
def worlds(bootstrap: str) -> Iterator[list[World]]:
    """One over each client, for what takes long: both wait at the same time."""
    yield from over_both_clients(bootstrap)
