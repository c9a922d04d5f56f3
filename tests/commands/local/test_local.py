"""`eventq local` without a Kafka: its options, its folders, and a download that fails or is interrupted."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eventq.core.local import cluster
from eventq.core.local.layout import under
from eventq.loops.local import fetch
from eventq.loops.local.jars import pinned_jars
from eventq.loops.local.store import Store
from tests.consume_harness import eventually
from tests.in_process import Done, eventq
from tests.in_terminal import ends_with, read_until, screen, spawn
from tests.maven_server import MavenServer, Request, maven_server, status

JARS = pinned_jars()
SIZES = {jar.path: jar.size for jar in JARS.jars}
FOLDERS = {"EVENTQ_LOCAL_DATA": "", "EVENTQ_LOCAL_JARS": "", "EVENTQ_LOCAL_PROGRAM": ""}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MavenServer]:
    monkeypatch.setattr(fetch, "_FIRST_PAUSE", 0.0)
    with maven_server() as server:
        yield server


def local(*words: str, **environment: str) -> Done:
    return eventq("local", *words, **{**FOLDERS, **environment})


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("up", "--name", "../x"), "not a name for a local Kafka"),
        (("up", "-c", "listeners=x"), "-c listeners can't be set"),
        (("up", "-c", "x"), "not a broker setting"),
        (("up", "--nodes", "0"), "0"),
        (("up", "--port", "70000"), "70000"),
        (("up", "--docker", "--maven-repository", "https://x"), "--docker needs no jars"),
        (("up", "--docker", "--nodes", "3"), "--docker starts one plain node: --nodes"),
        (("up", "--dir", "a,b"), "there is a ',' in its name"),
        (("up", "--dir", "a:b"), "there is a ':' in its name"),
        (("up", "--dir", ""), "--dir names no folder"),
        (("up", "--dir", "/dev/null"), "--dir '/dev/null' is no folder"),
        (("up", "--dir", "/dev/null/x"), "can't be used: Not a directory"),
        (("up", "--dir", "x" * 300), "can't be used: File name too long"),
        (("up", "--java", "no-such-program"), "--java 'no-such-program' is no Java that runs"),
        (("status", "-o", "csv"), "no such format: -o csv"),
        (("down", "--name", "a", "--all"), "--name and --all exclude each other"),
        (("wipe", "--all"), "--yes"),
        (("jars", "--maven-repository", "x"), "--maven-repository is no address"),
    ],
)
def test_what_can_not_be_meant_is_a_usage_error(
    words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = local(*words, EVENTQ_LOCAL_DATA=str(tmp_path / "data"))
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
    assert not list((tmp_path / "data").glob("*/cluster.json"))


def test_nothing_kept_is_an_empty_list_and_exit_4(tmp_path: Path) -> None:
    done = local("status", "--dir", str(tmp_path))
    assert (done.returncode, done.stdout) == (4, "no local Kafka is kept\n")
    done = local("status", "--dir", str(tmp_path), "-o", "json")
    assert (done.returncode, json.loads(done.stdout)) == (4, {"clusters": []})
    assert local("down", "--all", "--dir", str(tmp_path)).returncode == 0


def test_what_is_kept_and_can_not_be_read_is_told_with_its_file(tmp_path: Path) -> None:
    state = tmp_path / "clusters" / "a" / "cluster.json"
    state.parent.mkdir(parents=True)
    state.write_text("{}")
    done = local("status", "--dir", str(tmp_path))
    assert (done.returncode, f"{state} can't be read" in done.stderr) == (1, True)


def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    state = tmp_path / "clusters" / "a" / "cluster.json.part"
    state.parent.mkdir(parents=True)
    state.symlink_to("/dev/full")
    done = local("up", "--name", "a", "--dir", str(tmp_path))
    assert done.returncode == 1
    assert "'a' could not be started: " in done.stderr
    assert "No space left on device" in done.stderr


def test_data_that_can_not_be_removed_is_not_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(under(tmp_path, "eventq local"))
    store.save(cluster.new_cluster(cluster.Request("a"), iter(range(20000, 20010)).__next__))

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    done = local("wipe", "--name", "a", "--yes", "--dir", str(tmp_path))
    assert (done.returncode, done.stderr.count("removed")) == (1, 1)
    assert f"{store.layout.folder('a')} can't be removed: Permission denied" in done.stderr


def test_the_users_folders_are_those_of_the_system(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = cache / "eventq" / "local" / JARS.folder_name
    done = local(
        "jars", "--maven-repository", "http://127.0.0.1:1", XDG_CACHE_HOME=str(cache), HOME=str(tmp_path)
    )
    assert (done.returncode, str(folder) in done.stderr) == (1, True), done.stderr


def test_offline_it_says_what_is_missing_and_where_it_can_be_put(server: MavenServer, tmp_path: Path) -> None:
    server.always = status(404)
    done = local("jars", "--dir", str(tmp_path), EVENTQ_MAVEN_REPOSITORY=f"http://me:secret@{server.url[7:]}")
    assert done.returncode == 1
    assert f"could not be had from {server.url}: it does not have it (404)" in done.stderr
    assert f"{len(JARS.jars)} of {len(JARS.jars)} jars are missing" in done.stderr
    assert f"what is put into {tmp_path}/jars/{JARS.folder_name} by hand is used" in done.stderr
    assert "EVENTQ_MAVEN_REPOSITORY" in done.stderr
    assert "secret" not in done.stderr
    assert all("Authorization" in request.headers for request in server.requests)


def test_the_addresses_of_all_jars_are_listed_without_a_network_or_a_login() -> None:
    done = local("jars", "--list", "--maven-repository", "https://me:secret@repo.example.com/maven2")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines == [f"https://repo.example.com/maven2/{jar.path}" for jar in JARS.jars]


def test_an_interrupted_download_keeps_its_parts_and_nothing_half(
    server: MavenServer, tmp_path: Path
) -> None:
    def begin(request: Request) -> None:
        request.send(200, b"x" * 100, length=SIZES[request.path[1:]])
        server.over.wait()

    server.always = begin
    command = [sys.executable, "-m", "eventq", "local", "jars", "--dir", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--maven-repository", server.url], stderr=subprocess.PIPE, text=True, env=proxyless()
    )
    folder = tmp_path / "jars" / JARS.folder_name
    try:
        eventually(lambda: any(path.stat().st_size for path in folder.glob("*.part")), "a part is there")
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert list(folder.glob("*.jar")) == []


def proxyless() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def test_on_a_terminal_a_bar_shows_how_far_it_is(server: MavenServer, tmp_path: Path) -> None:
    def half(request: Request) -> None:
        request.send(200, b"x" * 30_000, length=SIZES[request.path[1:]])
        server.over.wait()

    server.always = half
    child = spawn((24, 100), "local", "jars", "--dir", str(tmp_path), "--maven-repository", server.url)
    lines = read_until(child, screen((24, 100)), lambda shown: any("/56.4 MB" in line for line in shown))
    assert any(f"downloading Kafka {JARS.kafka_version}: {len(JARS.jars)} jars, 56 MB" in it for it in lines)
    child.sendintr()
    ends_with(child, 130)
