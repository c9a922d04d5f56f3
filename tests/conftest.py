"""A real broker for the tests that need one: skipped on a laptop without, a failure in CI."""

import os

import pytest


@pytest.fixture(scope="session")
def bootstrap() -> str:
    address = os.environ.get("EVENTQ_TEST_BOOTSTRAP")
    if address:
        return address
    if os.environ.get("CI") == "true":
        pytest.fail("no broker: set EVENTQ_TEST_BOOTSTRAP")
    pytest.skip("no broker: set EVENTQ_TEST_BOOTSTRAP")
