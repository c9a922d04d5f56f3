from collections.abc import Iterator

import pytest

from tests.consume_world import CLIENTS, World


@pytest.fixture(params=CLIENTS)
def world(bootstrap: str, request: pytest.FixtureRequest) -> Iterator[World]:
    """Once over each client."""
    world = World(bootstrap, request.param)
    yield world
    world.close()
