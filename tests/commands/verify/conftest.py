from collections.abc import Iterator

import pytest

from tests.private_postgres import PrivatePostgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[PrivatePostgres]:
    """Tables must have names of their own."""
    with PrivatePostgres() as server:
        yield server
