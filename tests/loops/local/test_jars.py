"""Jars from a repository that answers as real ones do: late, in parts, wrongly, or not at all."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event, Thread
from types import MappingProxyType

import pytest

from eventq.core.errors import EventqError
from eventq.core.local.jars import Jar, JarList
from eventq.core.local.repository import Repository, basic
from eventq.loops.local import fetch
from eventq.loops.local.jars import ensure_jars, missing, pinned_jars
from tests.maven_server import (
    MavenServer,
    Request,
    body,
    cut,
    maven_server,
    status,
    whole,
    without_ranges,
)

CONTENT = {"kafka_2.13": b"k" * 5000, "a": b"a" * 3000, "b": b"b" * 100_000}
JARS = JarList(
    tuple(Jar("org.x", name, "1", hashlib.sha256(it).hexdigest(), len(it)) for name, it in CONTENT.items())
)
A = JARS.jars[1]


class Heard:
    """The progress of a download, added up."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, int]] = []
        self.sum = 0
        self.ended = False
        self.waited = Event()

    def wait(self) -> None:
        self.waited.set()

    def begin(self, files: int, size: int) -> None:
        self.begun.append((files, size))

    def advance(self, size: int) -> None:
        self.sum += size

    def end(self) -> None:
        self.ended = True


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MavenServer]:
    monkeypatch.setattr(fetch, "_FIRST_PAUSE", 0.0)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with maven_server() as server:
        server.files = {jar.path: CONTENT[jar.artifact] for jar in JARS.jars}
        yield server


def ensure(
    url: str, folder: Path, progress: Heard | None = None, headers: Mapping[str, str] = MappingProxyType({})
) -> None:
    ensure_jars(JARS, folder, lambda: Repository(url, headers), progress or Heard())


def refused(url: str, folder: Path, headers: Mapping[str, str] = MappingProxyType({})) -> EventqError:
    with pytest.raises(EventqError) as caught:
        ensure(url, folder, headers=headers)
    return caught.value


def never(over: Event) -> None:
    over.wait()


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}


ALL = {jar.file_name for jar in JARS.jars}


def test_all_are_fetched_verified_and_asked_for_once(server: MavenServer, tmp_path: Path) -> None:
    heard = Heard()
    ensure(server.url, tmp_path / "new" / "folder", heard)
    assert left(tmp_path / "new" / "folder") == ALL
    assert missing(JARS.jars, tmp_path / "new" / "folder") == []
    assert (heard.begun, heard.sum, heard.ended) == ([(3, JARS.size)], JARS.size, True)
    assert len(server.requests) == 3
    ensure(server.url, tmp_path / "new" / "folder")
    assert len(server.requests) == 3


def test_a_folder_that_has_all_is_not_written_to_and_asks_for_no_repository(tmp_path: Path) -> None:
    for jar in JARS.jars:
        (tmp_path / jar.file_name).write_bytes(CONTENT[jar.artifact])
    ensure_jars(JARS, tmp_path, lambda: pytest.fail("not needed"), Heard())
    assert left(tmp_path) == ALL
    assert not (tmp_path / ".lock").exists()


def test_one_that_is_damaged_is_fetched_again_and_no_other(server: MavenServer, tmp_path: Path) -> None:
    ensure(server.url, tmp_path)
    (tmp_path / A.file_name).write_bytes(b"x" * A.size)
    server.requests.clear()
    ensure(server.url, tmp_path)
    assert [request.path for request in server.requests] == [f"/{A.path}"]
    assert (tmp_path / A.file_name).read_bytes() == CONTENT["a"]


def test_an_answer_that_breaks_off_is_continued_where_it_ended(server: MavenServer, tmp_path: Path) -> None:
    server.next[A.path].extend([cut(1000), cut(500), status(503), whole])
    heard = Heard()
    ensure(server.url, tmp_path, heard)
    ranges = [request.headers.get("Range") for request in server.asked(A.path)]
    assert ranges == [None, "bytes=1000-", "bytes=1500-", "bytes=1500-"]
    assert (tmp_path / A.file_name).read_bytes() == CONTENT["a"]
    assert heard.sum == JARS.size


def test_the_next_run_continues_what_a_broken_one_has_left(server: MavenServer, tmp_path: Path) -> None:
    server.next[A.path].extend([cut(1000), status(404)])
    refused(server.url, tmp_path)
    assert (tmp_path / f"{A.file_name}.part").stat().st_size == 1000
    assert not (tmp_path / A.file_name).exists()
    heard = Heard()
    ensure(server.url, tmp_path, heard)
    assert server.asked(A.path)[-1].headers["Range"] == "bytes=1000-"
    assert left(tmp_path) == ALL
    assert heard.sum == heard.begun[0][1]


@pytest.mark.parametrize("answer", [without_ranges, status(416)])
def test_a_server_that_can_not_continue_begins_again(
    server: MavenServer, tmp_path: Path, answer: object
) -> None:
    (tmp_path / f"{A.file_name}.part").write_bytes(b"half of another")
    server.next[A.path].append(answer)  # type: ignore[arg-type]
    ensure(server.url, tmp_path)
    assert (tmp_path / A.file_name).read_bytes() == CONTENT["a"]
    assert left(tmp_path) == ALL


def test_a_part_that_is_too_long_or_wrong_is_thrown_away(server: MavenServer, tmp_path: Path) -> None:
    (tmp_path / f"{A.file_name}.part").write_bytes(b"x" * (A.size + 1))
    ensure(server.url, tmp_path)
    assert left(tmp_path) == ALL


def test_a_part_with_other_bytes_is_found_out_and_fetched_again(server: MavenServer, tmp_path: Path) -> None:
    (tmp_path / f"{A.file_name}.part").write_bytes(b"x" * 10)
    ensure(server.url, tmp_path)
    assert (tmp_path / A.file_name).read_bytes() == CONTENT["a"]


def test_other_bytes_than_the_list_has_are_refused_and_not_kept(server: MavenServer, tmp_path: Path) -> None:
    server.files[A.path] = b"x" * A.size
    error = refused(server.url, tmp_path)
    assert "a-1.jar could not be had" in str(error)
    assert "other bytes than the list" in str(error)
    assert not {A.file_name, f"{A.file_name}.part"} & left(tmp_path)


@pytest.mark.parametrize("content", [b"<html>log in</html>", b"x" * 200_000, b""])
def test_a_page_in_place_of_a_jar_is_refused_and_not_kept(
    server: MavenServer, tmp_path: Path, content: bytes
) -> None:
    server.next[A.path].append(body(content))
    error = refused(server.url, tmp_path)
    assert f"it answers with {len(content)} bytes, not {A.size}" in str(error)
    assert not {A.file_name, f"{A.file_name}.part"} & left(tmp_path)


@pytest.mark.parametrize(
    ("code", "why", "hint"),
    [
        (401, "it asks for a login (401)", "USER:PASSWORD@HOST"),
        (403, "it refuses access (403)", "--maven-repository"),
        (404, "it does not have it (404)", "--maven-repository"),
        (407, "the proxy asks for a login (407)", "HTTPS_PROXY="),
        (410, "it answers with 410", "--maven-repository"),
    ],
)
def test_a_refusal_is_told_at_once_with_what_to_do(
    server: MavenServer, tmp_path: Path, code: int, why: str, hint: str
) -> None:
    server.next[A.path].append(status(code))
    error = refused(server.url, tmp_path)
    assert why in str(error)
    assert hint in (error.hint or "")
    assert len(server.asked(A.path)) == 1


def test_an_error_says_what_is_missing_and_where_it_can_be_put(server: MavenServer, tmp_path: Path) -> None:
    server.always = status(404)
    error = refused(server.url, tmp_path)
    assert error.details[0] == "3 of 3 jars are missing: kafka_2.13-1.jar, a-1.jar, b-1.jar"
    assert str(tmp_path) in error.details[1]
    for jar in JARS.jars:
        (tmp_path / jar.file_name).write_bytes(CONTENT[jar.artifact])
    ensure("http://127.0.0.1:1", tmp_path)


def test_a_server_that_is_silent_or_gone_is_given_up_after_some_attempts(
    server: MavenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Connection refused" in str(refused("http://127.0.0.1:1", tmp_path))
    monkeypatch.setattr(fetch, "_SILENCE_SECONDS", 0.1)
    server.always = lambda _request: never(server.over)
    assert "timed out" in str(refused(server.url, tmp_path))
    assert "not known" in str(refused("http://nobody.invalid", tmp_path))


def test_a_server_that_always_breaks_off_is_given_up(server: MavenServer, tmp_path: Path) -> None:
    server.next[A.path].extend([cut(0)] * 4)
    assert "cut off" in str(refused(server.url, tmp_path))
    assert len(server.asked(A.path)) == 4


def test_a_disk_that_is_full_is_told_as_such(server: MavenServer, tmp_path: Path) -> None:
    (tmp_path / f"{A.file_name}.part").symlink_to("/dev/full")
    error = refused(server.url, tmp_path)
    assert "a-1.jar.part could not be written: No space left on device" in str(error)
    assert str(tmp_path) in (error.hint or "")


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "can't be used: Not a directory" in str(refused("http://127.0.0.1:1", tmp_path / "file" / "jars"))


def test_two_at_once_fetch_each_jar_once(server: MavenServer, tmp_path: Path) -> None:
    go_on = Event()

    def slowly(request: Request) -> None:
        go_on.wait()
        whole(request)

    server.next[A.path].append(slowly)
    first, second = Heard(), Heard()
    threads = [Thread(target=ensure, args=(server.url, tmp_path, heard)) for heard in (first, second)]
    for thread in threads:
        thread.start()
    while not (first.waited.is_set() or second.waited.is_set()):
        assert any(thread.is_alive() for thread in threads)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 3
    assert left(tmp_path) == ALL


def test_a_login_is_sent_and_not_to_another_host(server: MavenServer, tmp_path: Path) -> None:
    headers = {**basic("me", "secret"), "X-Token": "t"}
    with maven_server() as other:
        other.files = server.files
        server.next[A.path].append(status(302, location=f"{other.url}/{A.path}"))
        ensure(server.url, tmp_path, headers=headers)
        (redirected,) = other.requests
    assert all(request.headers["Authorization"] == "Basic bWU6c2VjcmV0" for request in server.requests)
    assert all(request.headers["X-Token"] == "t" for request in server.requests)
    assert not {"Authorization", "X-Token"} & {name.title() for name in redirected.headers}


def test_a_login_that_can_not_be_sent_is_no_unexpected_error(server: MavenServer, tmp_path: Path) -> None:
    error = refused(server.url, tmp_path, {"Authorization": "a\r\nb: c"})
    assert "its login can't be sent" in str(error)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_asks_for_a_login_is_told(
    server: MavenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", server.url)
    server.always = status(407)
    error = refused(f"{scheme}://repo.example.com/maven2", tmp_path)
    assert "the proxy asks for a login (407)" in str(error)
    assert "USER:PASSWORD@HOST:PORT" in (error.hint or "")


def test_a_proxy_is_used(server: MavenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.files = {f"http://repo.example.com/{path}": it for path, it in server.files.items()}
    ensure("http://repo.example.com", tmp_path)
    assert left(tmp_path) == ALL


def test_a_folder_can_be_the_repository(server: MavenServer, tmp_path: Path) -> None:
    for path, content in list(server.files.items())[1:]:
        file = tmp_path / "repository" / path
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    url = f"file://{tmp_path}/repository"
    assert "it does not have it" in str(refused(url, tmp_path / "jars"))
    (tmp_path / "jars" / "kafka_2.13-1.jar").write_bytes(CONTENT["kafka_2.13"])
    ensure(url, tmp_path / "jars")
    assert left(tmp_path / "jars") == ALL


def test_the_list_that_comes_along_is_whole() -> None:
    pinned = pinned_jars()
    assert len(pinned.jars) > 80
    names = {jar.artifact for jar in pinned.jars}
    assert {"kafka_2.13", "kafka-tools", "log4j-slf4j-impl", "kafka-clients"} <= names
    assert pinned.folder_name.startswith(f"kafka-{pinned.kafka_version}-")
    assert os.sep not in pinned.folder_name
