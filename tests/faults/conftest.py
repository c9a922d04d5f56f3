from collections.abc import Iterator

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness, over_both_clients


@pytest.fixture(params=CLIENTS)
def harness(bootstrap: str, request: pytest.FixtureRequest) -> Iterator[ConsumeHarness]:
    """Once over each client."""
    harness = ConsumeHarness(bootstrap, request.param)
    yield harness
    harness.close()


@pytest.fixture
def harnesses(bootstrap: str) -> Iterator[list[ConsumeHarness]]:
    """One over each client, for what takes long: both wait at the same time."""
    yield from over_both_clients(bootstrap)
