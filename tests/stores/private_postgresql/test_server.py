"""A PostgreSQL for one run: there when asked for, gone after it, whatever ends the run."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from eventq.core.errors import EventqError, UsageError
from eventq.stores.private_postgresql import binaries
from eventq.stores.private_postgresql.server import PrivatePostgresql, private_postgresql
from tests.consume_harness import alive, eventually

_OWNER = """
import sys
from eventq.stores.private_postgresql.server import PrivatePostgresql
server = PrivatePostgresql({"fsync": "off"})
server.start()
print(server.folder, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where all of a test is, short and open to the user that the server runs as."""
    with TemporaryDirectory(prefix="eventq-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        monkeypatch.setattr("tempfile.tempdir", name)
        yield folder


@pytest.fixture
def server() -> Iterator[PrivatePostgresql]:
    server = PrivatePostgresql({"fsync": "off"})
    server.start()
    yield server
    server.close()


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_it_answers_at_its_url_with_its_settings_and_is_gone_afterwards() -> None:
    with private_postgresql({"fsync": "off", "max_connections": "7"}) as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW max_connections").fetchone() == ("7",)
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            found = connection.execute("SHOW data_directory").fetchone()
            assert found is not None
        data = Path(found[0])
        pid = postmaster(data.parent)
        assert alive(pid)
    assert not alive(pid)
    assert not data.parent.exists()


def test_what_was_committed_is_there_after_a_stop_and_a_start(server: PrivatePostgresql) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    for _ in range(2):
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url)
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_it_is_gone_when_its_owner_is_killed() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    folder = Path(owner.stdout.readline().strip())
    pid = postmaster(folder)
    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()
    eventually(lambda: not alive(pid) and not folder.exists(), "the server and its folder are gone")


def test_a_server_that_does_not_start_says_why_and_leaves_nothing(temporary: Path) -> None:
    with (
        pytest.raises(EventqError, match="unrecognized configuration parameter"),
        private_postgresql({"no_such_setting": "1"}),
    ):
        pass
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("name", "mode"), [("x" * 90, 0o711), ("private", 0o700)])
def test_where_a_socket_or_another_user_can_not_be_is_not_used_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, mode: int
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    folder.chmod(mode)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with private_postgresql({"fsync": "off"}) as url, psycopg.connect(url):
        if os.geteuid() == 0 or len(name) > 60:
            assert list(folder.iterdir()) == []


def test_where_there_is_none_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binaries, "_WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "_SYSTEM", (f"{tmp_path}/*/bin",))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        PrivatePostgresql()
    assert "eventq[local-postgres]" in (caught.value.hint or "")


def test_without_the_wheel_the_newest_of_the_system_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for version, programs in (
        ("9.6", ("initdb", "postgres")),
        ("14", ("initdb", "postgres")),
        ("16", ("psql",)),
    ):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for program in programs:
            (folder / program).touch()
    monkeypatch.setattr(binaries, "_WHEEL", "no_such_wheel")
    monkeypatch.setattr(binaries, "_SYSTEM", (f"{tmp_path}/*/bin",))
    assert binaries.find_binaries().folder == tmp_path / "14" / "bin"
