"""Maven's settings.xml: which mirror stands for Maven Central, and its login."""

import pytest

from eventq.core.errors import EventqError, UsageError
from eventq.core.local.maven_settings import central_mirror, parse_settings
from eventq.core.local.repository import Repository, basic, parse_repository

HEAD = '<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">'


def mirror(of: str, url: str = "https://m.example.com/x", name: str = "m", more: str = "") -> str:
    return (
        f"<mirror><id>{name}</id><mirrorOf>{of}</mirrorOf><url>\n {url}\n</url><!-- a note -->{more}</mirror>"
    )


def found(*files: str, variables: dict[str, str] | None = None) -> Repository | None:
    texts = [f"{HEAD}{content}</settings>".encode() for content in files]
    return central_mirror([parse_settings(text, "settings.xml", variables or {}) for text in texts])


@pytest.mark.parametrize(
    ("of", "is_mirror"),
    [
        ("central", True),
        (" central ", True),
        ("*", True),
        ("external:*", True),
        ("other,central", True),
        ("other, *", True),
        ("*,!other", True),
        ("*,!central", False),
        ("external:*,!central", False),
        ("!central,*", False),
        ("external:http:*", False),
        ("other", False),
        ("centralish", False),
        ("", False),
    ],
)
def test_patterns_stand_for_central_as_in_maven(of: str, is_mirror: bool) -> None:
    assert (found(f"<mirrors>{mirror(of)}</mirrors>") is not None) == is_mirror


def test_a_mirror_of_central_alone_counts_before_patterns_and_else_the_first() -> None:
    some = mirror("*", "https://a.example.com", "a") + mirror("central", "https://b.example.com", "b")
    assert found(f"<mirrors>{some}</mirrors>") == Repository("https://b.example.com")
    same = mirror("*", "https://a.example.com/", "a") + mirror("external:*", "https://b.example.com", "b")
    assert found(f"<mirrors>{same}</mirrors>") == Repository("https://a.example.com")


def test_the_users_file_counts_before_the_installations() -> None:
    users = f"<mirrors>{mirror('*', 'https://user.example.com')}</mirrors>"
    installed = f"<mirrors>{mirror('central', 'https://same-id.example.com')}</mirrors>"
    assert found(users, installed) == Repository("https://user.example.com")
    other = f"<mirrors>{mirror('central', 'https://other-id.example.com', 'other')}</mirrors>"
    assert found(users, other) == Repository("https://other-id.example.com")


def test_no_mirror_is_none() -> None:
    assert found() is None
    assert found("") is None
    assert found("<servers/><mirrors/>") is None


def test_a_server_of_the_mirrors_id_gives_the_login_from_the_environment() -> None:
    servers = (
        "<servers><server><id>m</id><username>${env.USER_OF_M}</username><password>${env.WORD}</password>"
        "<configuration><httpHeaders><property><name>X-Token</name><value>t-${env.WORD}</value></property>"
        "</httpHeaders></configuration></server></servers>"
    )
    got = found(
        f"{servers}<mirrors>{mirror('*', 'https://m.example.com/${env.PLACE}')}</mirrors>",
        variables={"env.USER_OF_M": "me", "env.WORD": "secret", "env.PLACE": "maven"},
    )
    assert got is not None
    assert got.url == "https://m.example.com/maven"
    assert got.headers == {**basic("me", "secret"), "X-Token": "t-secret"}
    assert "secret" not in repr(got)


def test_the_users_home_is_known_in_an_address() -> None:
    home = mirror("*", "file://${user.home}/repository")
    got = found(f"<mirrors>{home}</mirrors>", variables={"user.home": "/home/me"})
    assert got == Repository("file:///home/me/repository")


def test_what_only_maven_can_read_or_do_is_told() -> None:
    server = "<servers><server><id>m</id><username>u</username><password>{a+b=}</password></server></servers>"
    with pytest.raises(EventqError, match="password of server 'm' in Maven's settings is encrypted"):
        found(f"{server}<mirrors>{mirror('*')}</mirrors>")
    blocked = f"<mirrors>{mirror('central', more='<blocked>true</blocked>')}</mirrors>"
    with pytest.raises(EventqError, match=r"settings.xml blocks Maven Central by its mirror 'm'"):
        found(blocked)
    with pytest.raises(UsageError, match=r"the url of mirror 'm' in settings\.xml"):
        found(f"<mirrors>{mirror('*', 'scp://x/y')}</mirrors>")


@pytest.mark.parametrize(
    "content", [b"", b"<settings>", b"not xml", b"\xff\xfe", b"<?xml encoding='x'?><a/>"]
)
def test_what_is_no_xml_is_told_with_the_file(content: bytes) -> None:
    with pytest.raises(EventqError, match=r"~/.m2/settings.xml is no settings file of Maven"):
        parse_settings(content, "~/.m2/settings.xml", {})


@pytest.mark.parametrize(
    ("text", "url", "headers"),
    [
        ("https://repo.example.com/maven2/", "https://repo.example.com/maven2", {}),
        ("http://127.0.0.1:8081/x", "http://127.0.0.1:8081/x", {}),
        ("https://me:a%40b@repo.example.com:8443", "https://repo.example.com:8443", basic("me", "a@b")),
        ("https://token@repo.example.com", "https://repo.example.com", basic("token", "")),
        ("http://[::1]:80/a", "http://[::1]:80/a", {}),
        ("file:///srv/repository", "file:///srv/repository", {}),
    ],
)
def test_an_address_of_a_repository_has_its_login_taken_out(
    text: str, url: str, headers: dict[str, str]
) -> None:
    got = parse_repository(text, "--maven-repository")
    assert (got.url, got.headers) == (url, headers)
    assert got.address("a/b.jar") == f"{url}/a/b.jar"


NO_ADDRESSES = (
    *("", "repo.example.com", "ftp://x/y", "https://", "https:///x", "https://x:y/", "https://x:99999"),
    *("file://", "https://x/a b", "https://x/\n", "https://é.example.com", "https://x?a", "https://x#a"),
    *("http://[::1", "https://me:secret@", "//me:secret@x"),
)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_of_a_repository_is_a_usage_error_that_tells_no_secret(text: str) -> None:
    with pytest.raises(UsageError, match=r"^EVENTQ_MAVEN_REPOSITORY is no address of a Maven repository$"):
        parse_repository(text, "EVENTQ_MAVEN_REPOSITORY")
