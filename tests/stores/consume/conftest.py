from pathlib import Path

import pytest

from tests.effect_databases import KINDS, EffectDatabase, PostgresDatabase, SqliteDatabase


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> EffectDatabase:
    """One of each kind that keeps effects, empty."""
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path)
    return PostgresDatabase(request.getfixturevalue("postgres"))
