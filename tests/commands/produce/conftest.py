"""A topic to produce to, over each client."""

from collections.abc import Iterator

import pytest

from tests.consume_harness import CLIENTS
from tests.produce_harness import ProduceHarness


@pytest.fixture
def harness(bootstrap: str) -> Iterator[ProduceHarness]:
    harness = ProduceHarness(bootstrap)
    yield harness
    harness.close()


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)
