from collections.abc import Iterator

import pytest

from tests.consume_harness import CLIENTS, ConsumeHarness


@pytest.fixture(params=CLIENTS)
def harness(bootstrap: str, request: pytest.FixtureRequest) -> Iterator[ConsumeHarness]:
    """Once over each client."""
    harness = ConsumeHarness(bootstrap, request.param)
    yield harness
    harness.close()
