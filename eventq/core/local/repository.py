"""Where jars come from: the base of a Maven repository, and what it wants to be sent with each request."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from eventq.core.errors import UsageError

CENTRAL = "https://repo.maven.apache.org/maven2"
CENTRAL_ID = "central"
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Repository:
    """`url` has no login in it and no slash at its end; `headers` may be secret, and are not in its repr."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def address(self, path: str) -> str:
        return f"{self.url}/{path}"


def parse_repository(text: str, source: str) -> Repository:
    """Of a URL, which may have `user:password@` before its host; UsageError names `source`."""
    hint = "such as https://repo.example.com/maven2, or file:///path/to/a/repository"
    try:
        parts = urlsplit(text)
        known = {"https": parts.hostname, "http": parts.hostname, "file": parts.path}.get(parts.scheme)
        port = parts.port
    except ValueError:
        known = None
    if not known or not _PRINTABLE.fullmatch(text) or parts.query or parts.fragment:
        raise UsageError(f"{source} is no address of a Maven repository", hint=hint)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    place = host if port is None else f"{host}:{port}"
    url = urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
    if parts.username is None:
        return Repository(url)
    return Repository(url, basic(unquote(parts.username), unquote(parts.password or "")))


def basic(user: str, password: str) -> dict[str, str]:
    """The header that logs in with a user and a password."""
    return {"Authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
