from collections.abc import Iterator
from pathlib import Path

import pytest

from eventq.commands.settings.connect import connection
from eventq.commands.settings.settings import layers
from eventq.core.settings.settings import SETTINGS
from tests.consume_harness import CLIENTS, ConsumeHarness


@pytest.fixture(params=CLIENTS)
def harness(bootstrap: str, request: pytest.FixtureRequest) -> Iterator[ConsumeHarness]:
    """Once over each client."""
    harness = ConsumeHarness(bootstrap, request.param)
    yield harness
    harness.close()


@pytest.fixture
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No file or variable of the machine that runs the test has a say in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for known in SETTINGS.values():
        for variable in known.variables:
            monkeypatch.delenv(variable, raising=False)
    layers.cache_clear()
    connection.cache_clear()
    yield
    layers.cache_clear()
    connection.cache_clear()
