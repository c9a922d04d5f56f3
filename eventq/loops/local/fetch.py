"""One jar from a Maven repository: continued where a download broke off, verified, then put in its place."""

import hashlib
import http.client
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from eventq.core.errors import EventqError
from eventq.core.local.jars import Jar
from eventq.core.local.repository import Repository

ANOTHER = "name another repository by --maven-repository or EVENTQ_MAVEN_REPOSITORY"
_FAILURES = 4
"""As many in a row, none of which brought a byte, are the end."""
_MOST_ATTEMPTS = 20
_FIRST_PAUSE = 0.5
_SILENCE_SECONDS = 30.0
_CHUNK = 1 << 17
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_RANGE_REFUSED = 416
_WHY = {
    401: "it asks for a login (401)",
    403: "it refuses access (403)",
    404: "it does not have it (404)",
    407: "the proxy asks for a login (407)",
}
_HINTS = {
    401: "EVENTQ_MAVEN_REPOSITORY=https://USER:PASSWORD@HOST/PATH, or a server in Maven's settings.xml",
    407: "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
}


class Passing(Exception):
    """What may be gone at the next attempt."""


class Fetch:
    """Downloads jars into a folder. Safe in several threads, for different jars; `stop` ends it soon.

    `tell` hears how many bytes have come; below zero when some are thrown away.
    """

    def __init__(
        self, folder: Path, repository: Repository, tell: Callable[[int], None], stop: Event
    ) -> None:
        self._folder, self._repository = folder, repository
        self._tell, self._stop = tell, stop
        self._open = urllib.request.build_opener().open

    def fetch(self, jar: Jar) -> None:
        """It is there and whole afterwards, unless it was stopped. EventqError if it can't be had."""
        part = part_of(self._folder, jar)
        failures = 0
        for _ in range(_MOST_ATTEMPTS):
            before = _size(part)
            why = self._attempt(jar, part)
            if self._stop.is_set():
                return
            if why is None:
                if self._place(jar, part):
                    return
                why = "it has other bytes than the list of jars says: something on the way changes it"
                if before == 0:  # else what was there before may have been wrong
                    raise self._error(jar, why)
            failures = 1 if _size(part) > before else failures + 1
            if failures == _FAILURES:
                raise self._error(jar, why)
            self._stop.wait(_FIRST_PAUSE * 2 ** (failures - 1))
        raise self._error(jar, "its answers are cut off again and again")

    def _attempt(self, jar: Jar, part: Path) -> str | None:
        """None when the file is whole, else what went wrong and may not go wrong again."""
        try:
            self._continue(jar, part)
        except Passing as failed:
            return str(failed)
        return None if _size(part) == jar.size else "its answer is cut off"

    def _place(self, jar: Jar, part: Path) -> bool:
        """Whether it has the right bytes, and so is in its place; if not it is gone."""
        if digest(part) == jar.sha256:
            part.replace(self._folder / jar.file_name)
            return True
        self._discard(part)
        return False

    def _continue(self, jar: Jar, part: Path) -> None:
        """Takes what comes until the file is whole or the answer ends."""
        have = _size(part)
        if have > jar.size:
            self._discard(part)
            have = 0
        if have == jar.size:
            return
        with self._answer(jar, part, have) as answer:
            if have and answer.status != http.client.PARTIAL_CONTENT:
                self._discard(part)
                have = 0
            self._check_length(jar, answer, have)
            self._take(answer, jar, part)

    def _answer(self, jar: Jar, part: Path, have: int) -> Any:
        address = self._repository.address(jar.path)
        request = urllib.request.Request(address)  # noqa: S310 - parse_repository lets https, http and file pass
        if have:
            request.add_header("Range", f"bytes={have}-")
        for name, value in self._repository.headers.items():
            request.add_unredirected_header(name, value)  # another host must not see a login
        try:
            return self._open(request, timeout=_SILENCE_SECONDS)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == _RANGE_REFUSED:
                self._discard(part)
            if error.code in _PASSING or error.code == _RANGE_REFUSED:
                raise Passing(f"it answers with {error.code} {error.reason}") from error
            why = _WHY.get(error.code, f"it answers with {error.code} {error.reason}")
            raise self._error(jar, why, _HINTS.get(error.code, ANOTHER)) from error
        except urllib.error.URLError as error:
            raise self._unreached(jar, error.reason) from error
        except (OSError, http.client.HTTPException) as error:
            raise Passing(_text(error)) from error
        except ValueError as error:
            raise self._error(jar, "its address or its login can't be sent", ANOTHER) from error

    def _unreached(self, jar: Jar, reason: object) -> Exception:
        """The error for what hinders a request on its way."""
        text = _text(reason)
        if isinstance(reason, ssl.SSLCertVerificationError):
            return self._error(
                jar,
                f"its certificate is not trusted: {reason.verify_message}",
                "SSL_CERT_FILE names trusted ones",
            )
        if "407" in text:
            return self._error(jar, _WHY[407], _HINTS[407])
        if isinstance(reason, FileNotFoundError) or "No such file" in text:
            return self._error(jar, "it does not have it", ANOTHER)
        return Passing(text)

    def _check_length(self, jar: Jar, answer: Any, have: int) -> None:
        """A page in place of the file is told by its length, before any of it is kept."""
        length = answer.headers.get("Content-Length")
        if length is not None and length != str(jar.size - have):
            raise self._error(jar, f"it answers with {length} bytes, not {jar.size - have}", ANOTHER)

    def _take(self, answer: Any, jar: Jar, part: Path) -> None:
        with _writing(part), part.open("ab") as file:
            left = jar.size - file.tell()
            while left > 0 and not self._stop.is_set():
                try:
                    chunk = answer.read1(min(_CHUNK, left))
                except (OSError, http.client.HTTPException) as error:
                    raise Passing(_text(error)) from error
                if not chunk:
                    return
                file.write(chunk)
                file.flush()
                left -= len(chunk)
                self._tell(len(chunk))

    def _discard(self, part: Path) -> None:
        self._tell(-_size(part))
        part.unlink(missing_ok=True)

    def _error(self, jar: Jar, why: str, hint: str = ANOTHER) -> EventqError:
        return EventqError(f"{jar.file_name} could not be had from {self._repository.url}: {why}", hint=hint)


@contextmanager
def _writing(part: Path) -> Iterator[None]:
    """Tells a disk that can't take a jar from a network that does not bring it."""
    try:
        yield
    except OSError as error:
        raise EventqError(
            f"{part.name} could not be written: {_text(error)}", hint=f"make room for it in {part.parent}"
        ) from error


def part_of(folder: Path, jar: Jar) -> Path:
    """Where a download is kept that is not whole."""
    return folder / f"{jar.file_name}.part"


def digest(path: Path) -> str:
    """SHA-256 in hexadecimal digits."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            found.update(chunk)
    return found.hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _text(error: object) -> str:
    if isinstance(error, OSError) and error.errno and error.strerror:
        return os.strerror(error.errno) if error.errno > 0 else error.strerror
    return str(error) or type(error).__name__
