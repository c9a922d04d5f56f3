"""SASL and TLS: from Java's settings, and librdkafka's, to what each client library wants.

Nothing here may be ignored: a connection without it would fail, or be less safe than was asked for.
"""

import re
from collections.abc import Mapping
from typing import Any

from eventq.core.errors import UsageError

Values = Mapping[str, str]

_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_PASSWORDS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_MECHANISMS = (*_PASSWORDS, "GSSAPI")
_STORE_TYPE = "PEM"

_PLAIN: Mapping[str, str] = {
    "sasl.mechanism": "sasl_mechanism",
    "sasl.username": "sasl_plain_username",
    "sasl.password": "sasl_plain_password",
    "sasl.kerberos.service.name": "sasl_kerberos_service_name",
    "ssl.ca.location": "ssl_cafile",
    "ssl.certificate.location": "ssl_certfile",
    "ssl.key.location": "ssl_keyfile",
    "ssl.key.password": "ssl_password",
    "ssl.crl.location": "ssl_crlfile",
    "ssl.cipher.suites": "ssl_ciphers",
}
"""librdkafka's names, into which Java's are turned first, and kafka-python's."""

_PROTOCOL = "security.protocol"
_HOSTNAME = "ssl.endpoint.identification.algorithm"

JAVA = frozenset(
    "sasl.jaas.config ssl.truststore.location ssl.truststore.type ssl.truststore.password"
    " ssl.keystore.location ssl.keystore.type ssl.keystore.password".split()
)
NAMES = frozenset({*_PLAIN, _PROTOCOL, _HOSTNAME, *JAVA})

UNUSED = frozenset(
    "ssl.protocol ssl.enabled.protocols ssl.keymanager.algorithm ssl.trustmanager.algorithm"
    " ssl.secure.random.implementation sasl.kerberos.kinit.cmd sasl.kerberos.min.time.before.relogin"
    " sasl.kerberos.ticket.renew.jitter sasl.kerberos.ticket.renew.window.factor"
    " sasl.login.connect.timeout.ms sasl.login.read.timeout.ms sasl.login.refresh.buffer.seconds"
    " sasl.login.refresh.min.period.seconds sasl.login.refresh.window.factor sasl.login.refresh.window.jitter"
    " sasl.login.retry.backoff.max.ms sasl.login.retry.backoff.ms sasl.oauthbearer.clock.skew.seconds"
    " sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer sasl.oauthbearer.header.urlencode"
    " sasl.oauthbearer.jwks.endpoint.refresh.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms"
    " sasl.oauthbearer.jwks.endpoint.retry.backoff.ms sasl.oauthbearer.scope.claim.name"
    " sasl.oauthbearer.sub.claim.name".split()
)
"""Tuning of Java's own machinery: left out without harm."""

_CLASS = "it names Java code, which can't run here; PLAIN, SCRAM and PEM files work without"
_TEXT = "put the text into a file, and give its path by "
_OAUTH = f"use one of {', '.join(_PASSWORDS)}"

REFUSED: Mapping[str, str] = {
    **dict.fromkeys(
        "ssl.engine.factory.class ssl.provider security.providers sasl.login.class"
        " sasl.client.callback.handler.class sasl.login.callback.handler.class"
        " sasl.oauthbearer.jwt.retriever.class sasl.oauthbearer.jwt.validator.class".split(),
        _CLASS,
    ),
    **dict.fromkeys(
        "sasl.oauthbearer.assertion.algorithm sasl.oauthbearer.assertion.claim.aud"
        " sasl.oauthbearer.assertion.claim.exp.seconds sasl.oauthbearer.assertion.claim.iss"
        " sasl.oauthbearer.assertion.claim.jti.include sasl.oauthbearer.assertion.claim.nbf.seconds"
        " sasl.oauthbearer.assertion.claim.sub sasl.oauthbearer.assertion.file"
        " sasl.oauthbearer.assertion.private.key.file sasl.oauthbearer.assertion.private.key.passphrase"
        " sasl.oauthbearer.assertion.template.file sasl.oauthbearer.client.credentials.client.id"
        " sasl.oauthbearer.client.credentials.client.secret sasl.oauthbearer.client.id"
        " sasl.oauthbearer.client.secret sasl.oauthbearer.config sasl.oauthbearer.method"
        " sasl.oauthbearer.extensions sasl.oauthbearer.jwks.endpoint.url sasl.oauthbearer.scope"
        " sasl.oauthbearer.token.endpoint.url".split(),
        _OAUTH,
    ),
    "ssl.truststore.certificates": _TEXT + "ssl.ca.location",
    "ssl.ca.pem": _TEXT + "ssl.ca.location",
    "ssl.keystore.key": _TEXT + "ssl.key.location",
    "ssl.key.pem": _TEXT + "ssl.key.location",
    "ssl.keystore.certificate.chain": _TEXT + "ssl.certificate.location",
    "ssl.certificate.pem": _TEXT + "ssl.certificate.location",
    "enable.ssl.certificate.verification": "give the certificate to trust by ssl.ca.location",
}
"""What eventq can't do over both clients, and what to do instead."""

_MODULE = re.compile(r"\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\b")
_OPTION = re.compile(r"""([\w.]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s;"]+))""")


def jaas(text: str) -> dict[str, str]:
    """`sasl.username` and `sasl.password` of Java's login module for PLAIN or SCRAM."""
    module = _MODULE.match(text)
    name = module.group(1).rpartition(".")[2] if module else None
    if module is None or name not in {"PlainLoginModule", "ScramLoginModule"}:
        raise UsageError(
            f"sasl.jaas.config: no way to log in by {name or 'that text'}",
            hint='…PlainLoginModule or …ScramLoginModule required username="…" password="…";',
        )
    found = {key: re.sub(r"\\(.)", r"\1", quoted) or bare for key, quoted, bare in _OPTION.findall(text)}
    return {f"sasl.{key}": found[key] for key in ("username", "password") if key in found}


def kafka_python(values: Values) -> dict[str, Any]:
    """The settings for a kafka-python client."""
    plain = _plain(values)
    config: dict[str, Any] = {ours: plain[name] for name, ours in _PLAIN.items() if name in plain}
    if _PROTOCOL in plain:
        config["security_protocol"] = plain[_PROTOCOL]
    if _HOSTNAME in plain:
        config["ssl_check_hostname"] = plain[_HOSTNAME] == "https"
    return config


def librdkafka(values: Values) -> dict[str, str]:
    """The settings for a librdkafka client."""
    return _plain(values)


def _plain(values: Values) -> dict[str, str]:
    plain = {name: values[name] for name in (*_PLAIN, _PROTOCOL, _HOSTNAME) if name in values}
    if _PROTOCOL in plain:
        plain[_PROTOCOL] = _one_of(_PROTOCOLS, _PROTOCOL, plain[_PROTOCOL].upper())
    if "sasl.mechanism" in plain:
        plain["sasl.mechanism"] = plain["sasl.mechanism"].upper()
    if _HOSTNAME in plain:
        plain[_HOSTNAME] = _one_of(("https", "none"), _HOSTNAME, plain[_HOSTNAME].lower() or "none")
    if "ssl.cipher.suites" in plain:
        plain["ssl.cipher.suites"] = plain["ssl.cipher.suites"].replace(",", ":")
    plain |= _stores(values)
    _check_sasl(plain)
    return plain


def _stores(values: Values) -> dict[str, str]:
    """The files of Java's trust store and key store, when they are PEM."""
    found: dict[str, str] = {}
    for store, names in (
        ("ssl.truststore", ("ssl.ca.location",)),
        ("ssl.keystore", ("ssl.certificate.location", "ssl.key.location")),
    ):
        location = values.get(f"{store}.location")
        kind = values.get(f"{store}.type", "JKS").upper()
        if location and kind != _STORE_TYPE:
            raise UsageError(
                f"{store}.location {location}: only PEM files can be read here, not {kind}",
                hint=f"give a PEM file with {store}.type=PEM (keytool -importkeystore makes PKCS12 of JKS, "
                "openssl pkcs12 makes PEM of that)",
            )
        found |= dict.fromkeys(names, location) if location else {}
    return found


def _check_sasl(plain: Values) -> None:
    protocol = plain.get(_PROTOCOL)
    if protocol is None and any(name.startswith("sasl.") for name in plain):
        raise UsageError(
            "SASL settings without security.protocol would not be used",
            hint="give security.protocol=SASL_SSL or SASL_PLAINTEXT",
        )
    if protocol is None or not protocol.startswith("SASL"):
        return
    mechanism = _one_of(_MECHANISMS, "sasl.mechanism", plain.get("sasl.mechanism", ""))
    missing = [name for name in ("sasl.username", "sasl.password") if not plain.get(name)]
    if mechanism in _PASSWORDS and missing:
        raise UsageError(
            f"{mechanism} needs {' and '.join(missing)}", hint="or a sasl.jaas.config that says both"
        )


def _one_of(allowed: tuple[str, ...], name: str, value: str) -> str:
    if value not in allowed:
        said = f"{name} {value!r} is not supported" if value else f"{name} is missing"
        raise UsageError(said, hint=f"one of {', '.join(allowed)}")
    return value
