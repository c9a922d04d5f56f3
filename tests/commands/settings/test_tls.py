"""TLS that does not come about: what is wrong is named, in the same words over both clients."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.certificates import DAY, Authority
from tests.consume_harness import CLIENTS
from tests.in_terminal import ends_with, spawn
from tests.tls_listener import listening

SECRET = "key-and-secret"
UNREACHED = "127.0.0.1:1"


def lag(
    client: str, address: str, *properties: str, timeout: str = "60s"
) -> "subprocess.CompletedProcess[str]":
    command = ["lag", "--all-groups", "--client", client, *options(address, *properties, timeout=timeout)]
    return subprocess.run(
        [sys.executable, "-m", "eventq", *command], capture_output=True, text=True, check=False, timeout=120
    )


def options(address: str, *properties: str, timeout: str = "60s") -> list[str]:
    said = ["security.protocol=SSL", *properties]
    return ["-b", address, "--connect-timeout", timeout, *(word for one in said for word in ("-X", one))]


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("expired", "the broker's certificate has expired"),
        ("early", "the broker's certificate is not valid yet"),
        ("other host", "the broker's certificate is another host's (IP address mismatch"),
        ("unknown", "the broker's certificate is of a CA that is not trusted here"),
    ],
)
def test_why_a_brokers_certificate_is_not_accepted_is_said_at_once(
    tmp_path: Path, authority: Authority, client: str, fault: str, told: str
) -> None:
    own = {
        "expired": lambda: authority.issue("own", begins=-2 * DAY, ends=-DAY),
        "early": lambda: authority.issue("own", begins=DAY / 2, ends=DAY),
        "other host": lambda: authority.issue("own", hosts=["127.0.0.2"]),
        "unknown": lambda: Authority(tmp_path, "other").issue("own"),
    }[fault]()
    with listening(own) as listener:
        done = lag(client, listener.address, f"ssl.ca.location={authority.path}", timeout="1h")
    assert done.returncode == 1
    assert done.stderr.startswith(f"eventq: no TLS connection to {listener.address}: {told}")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("client", CLIENTS)
def test_a_broker_that_wants_a_clients_certificate_says_so(
    tmp_path: Path, authority: Authority, client: str
) -> None:
    with listening(authority.issue("own"), clients_ca=authority.path) as listener:
        ca = f"ssl.ca.location={authority.path}"
        without = lag(client, listener.address, ca, timeout="3s")
        strangers = Authority(tmp_path, "stranger").issue("mine")
        refused = lag(client, listener.address, ca, *keystore(strangers), timeout="3s")
    assert without.returncode == refused.returncode == 1
    assert "the broker wants a certificate of this client" in without.stderr
    assert "ssl.keystore.location" in without.stderr
    assert "the broker does not know who signed this client's certificate" in refused.stderr


def keystore(path: Path) -> list[str]:
    return [f"ssl.keystore.location={path}", "ssl.keystore.type=PEM"]


@pytest.mark.parametrize("client", CLIENTS)
def test_an_encrypted_key_without_its_password_is_a_usage_error_and_no_prompt(
    authority: Authority, client: str
) -> None:
    mine = authority.issue("mine", password=SECRET)
    said = options(UNREACHED, *keystore(mine))
    child = spawn((30, 200), "lag", "--all-groups", "--client", client, *said, encoding="utf-8")
    child.expect(f"ssl.keystore.location {mine}: the private key is encrypted")
    child.expect("ssl.key.password=")
    ends_with(child, 2)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_wrong_password_of_a_key_is_a_usage_error_that_does_not_show_it(
    authority: Authority, client: str
) -> None:
    mine = authority.issue("mine", password=SECRET)
    wrong = "wrong-and-secret"
    done = lag(
        client,
        UNREACHED,
        f"ssl.certificate.location={mine}",
        f"ssl.key.location={mine}",
        f"ssl.key.password={wrong}",
    )
    assert done.returncode == 2
    assert f"ssl.key.location {mine}: ssl.key.password does not open the private key" in done.stderr
    assert wrong not in done.stderr


@pytest.mark.parametrize("client", CLIENTS)
def test_the_right_password_of_a_key_opens_it(authority: Authority, client: str) -> None:
    mine = authority.issue("mine", password=SECRET)
    with listening(authority.issue("own"), clients_ca=authority.path) as listener:
        done = lag(
            client,
            listener.address,
            f"ssl.ca.location={authority.path}",
            *keystore(mine),
            f"ssl.key.password={SECRET}",
            timeout="2s",
        )
        assert listener.handshakes > 0
    assert "no broker answered" in done.stderr


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "can't be read"),
        ("no certificate", "holds no certificates in PEM form"),
    ],
)
def test_a_trust_store_that_can_not_be_used_is_a_usage_error_that_names_it(
    tmp_path: Path, client: str, content: str | None, told: str
) -> None:
    path = tmp_path / "trust.pem"
    if content is not None:
        path.write_text(content)
    done = lag(client, UNREACHED, f"ssl.truststore.location={path}", "ssl.truststore.type=PEM")
    assert done.returncode == 2
    assert f"ssl.truststore.location {path} {told}" in done.stderr


@pytest.mark.parametrize("client", CLIENTS)
def test_another_certificates_key_is_a_usage_error(authority: Authority, client: str) -> None:
    mine, other = authority.issue("mine"), authority.issue("other")
    done = lag(client, UNREACHED, f"ssl.certificate.location={mine}", f"ssl.key.location={other}")
    assert done.returncode == 2
    assert "the private key is not the certificate's" in done.stderr


@pytest.mark.parametrize("client", CLIENTS)
def test_a_listener_without_tls_and_one_with_it_are_told_apart(
    bootstrap: str, authority: Authority, client: str
) -> None:
    done = lag(client, bootstrap, timeout="1s")
    assert done.returncode == 1
    assert f"{bootstrap} speaks PLAINTEXT, and security.protocol is SSL" in done.stderr
    with listening(authority.issue("own")) as listener:
        done = lag(client, listener.address, "security.protocol=PLAINTEXT", timeout="1s")
    assert done.returncode == 1
    assert f"{listener.address} speaks SSL, and security.protocol is PLAINTEXT" in done.stderr
