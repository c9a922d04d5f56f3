"""Maven's settings.xml, as far as it says where the jars of Maven Central are to come from.

https://maven.apache.org/settings.html: of the mirrors that stand for `central` the first whose `mirrorOf` is
just that counts, else the first whose patterns match; a `server` of the mirror's id has its login.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from xml.etree import ElementTree as ET

from eventq.core.errors import EventqError
from eventq.core.local.repository import CENTRAL_ID, Repository, basic, parse_repository

_VARIABLE = re.compile(r"\$\{(env\.[^}]+|user\.home)\}")
_ALL_BUT_PLAIN_HTTP = {"*", "external:*"}
"""The patterns that take in Maven Central, which is not on this machine and is read by HTTPS."""
_OTHERWISE = "name a repository by --maven-repository or EVENTQ_MAVEN_REPOSITORY"


@dataclass(frozen=True, slots=True)
class Mirror:
    id: str
    of: str
    url: str
    blocked: bool = False

    def stands_for_central(self) -> bool:
        patterns = [pattern.strip() for pattern in self.of.split(",")]
        if f"!{CENTRAL_ID}" in patterns:
            return False
        return CENTRAL_ID in patterns or not _ALL_BUT_PLAIN_HTTP.isdisjoint(patterns)


@dataclass(frozen=True, slots=True)
class Server:
    id: str
    username: str = ""
    password: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class MavenSettings:
    """`source` names the file."""

    source: str
    mirrors: tuple[Mirror, ...] = ()
    servers: tuple[Server, ...] = ()


def parse_settings(content: bytes, source: str, variables: Mapping[str, str]) -> MavenSettings:
    """`variables` are `env.NAME` and `user.home`; what they don't have stays as it is, as in Maven."""
    try:
        root = ET.fromstring(content)  # noqa: S314 - the user's own file, and expat bounds expansion
    except (ET.ParseError, ValueError, LookupError) as error:
        raise EventqError(f"{source} is no settings file of Maven: {error}", hint=_OTHERWISE) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.text = _VARIABLE.sub(lambda it: variables.get(it[1], it[0]), element.text or "").strip()
    mirrors = tuple(_mirror(each) for each in root.iterfind("mirrors/mirror"))
    servers = tuple(_server(each) for each in root.iterfind("servers/server"))
    return MavenSettings(source, mirrors, servers)


def _mirror(element: ET.Element) -> Mirror:
    blocked = _text(element, "blocked").lower() == "true"
    return Mirror(_text(element, "id"), _text(element, "mirrorOf"), _text(element, "url"), blocked)


def _server(element: ET.Element) -> Server:
    properties = element.iterfind("configuration/httpHeaders/property")
    headers = {_text(each, "name"): _text(each, "value") for each in properties}
    return Server(_text(element, "id"), _text(element, "username"), _text(element, "password"), headers)


def _text(element: ET.Element, name: str) -> str:
    return element.findtext(name) or ""


def central_mirror(files: Sequence[MavenSettings]) -> Repository | None:
    """The mirror that stands for Maven Central, None if none does; the first file takes precedence."""
    mirrors = list(_first_of_each_id(files))
    exact = (each for each in mirrors if each[1].of.strip() == CENTRAL_ID)
    patterns = (each for each in mirrors if each[1].stands_for_central())
    source, mirror = next(exact, None) or next(patterns, (None, None))
    if source is None or mirror is None:
        return None
    if mirror.blocked:
        raise EventqError(f"{source} blocks Maven Central by its mirror {mirror.id!r}", hint=_OTHERWISE)
    repository = parse_repository(mirror.url, f"the url of mirror {mirror.id!r} in {source}")
    server = next((each for one in files for each in one.servers if each.id == mirror.id), None)
    return repository if server is None else replaced(repository, headers=_headers(server, repository))


def _first_of_each_id(files: Sequence[MavenSettings]) -> Iterator[tuple[str, Mirror]]:
    seen: set[str] = set()
    for settings in files:
        for mirror in settings.mirrors:
            if mirror.id not in seen:
                seen.add(mirror.id)
                yield settings.source, mirror


def _headers(server: Server, repository: Repository) -> Mapping[str, str]:
    if re.fullmatch(r".*\{.+\}.*", server.password) and not server.password.startswith("${"):
        raise EventqError(
            f"the password of server {server.id!r} in Maven's settings is encrypted: only Maven can read it",
            hint="EVENTQ_MAVEN_REPOSITORY=https://USER:PASSWORD@HOST/PATH",
        )
    login = basic(server.username, server.password) if server.username else {}
    return {**repository.headers, **login, **server.headers}
