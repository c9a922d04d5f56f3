from collections.abc import Iterator

import pytest

from tests.consume_world import World


@pytest.fixture
def world(bootstrap: str) -> Iterator[World]:
    world = World(bootstrap)
    yield world
    world.close()
