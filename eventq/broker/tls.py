"""TLS the same for both clients: which file can't be used, before a client is made, and in plain words why a
broker's certificate is not accepted.

librdkafka (2.16) says but "certificate verify failed" for an expired one, another host's and an unknown CA's.
"""

import socket
import ssl
from collections.abc import Mapping

from eventq.broker.listener import host_and_port
from eventq.core.errors import UsageError
from eventq.core.settings import security

_CA, _CERTIFICATE, _KEY = "ssl.ca.location", "ssl.certificate.location", "ssl.key.location"
_PASSWORD, _CRL = "ssl.key.password", "ssl.crl.location"
FILES = frozenset({_CA, _CERTIFICATE, _KEY, _CRL})
_CIPHERS = "ssl.cipher.suites"
_ASK_SECONDS = 1.0

_EXPIRED, _TOO_EARLY, _REVOKED = 10, 9, 23
_OTHER_HOST = frozenset({62, 64})
_UNKNOWN_CA = frozenset({2, 18, 19, 20, 21})
"""OpenSSL's codes of why a certificate is not accepted (X509_V_ERR_…)."""

_CLOCK = "is this machine's clock right? else whoever runs the broker must renew it"
_OWN = "give this client's certificate by ssl.keystore.location, with ssl.keystore.type=PEM"
_NAME = (
    "give --bootstrap-server a name that stands in the certificate; "
    "ssl.endpoint.identification.algorithm=none takes any"
)
_ALERTS = (
    ("CERTIFICATE_REQUIRED", "the broker wants a certificate of this client", _OWN),
    ("ALERT_UNKNOWN_CA", "the broker does not know who signed this client's certificate", _OWN),
    (
        "CERTIFICATE_EXPIRED",
        "this client's certificate has expired",
        "renew the one in ssl.keystore.location",
    ),
    ("CERTIFICATE", "the broker refuses this client's certificate", _OWN),
    ("HANDSHAKE_FAILURE", "the broker refuses the TLS handshake", f"does it want a certificate? {_OWN}"),
    (
        "PROTOCOL_VERSION",
        "broker and client have no TLS version in common",
        "TLS 1.2 and later are spoken here",
    ),
)


def is_asked_for(properties: Mapping[str, str]) -> bool:
    return properties.get("security.protocol", "").upper().endswith("SSL")


def check_files(properties: Mapping[str, str]) -> None:
    """UsageError for a file that can't be used, named by its setting."""
    if is_asked_for(properties) and FILES & security.librdkafka(properties).keys():
        context(properties)


def context(properties: Mapping[str, str]) -> ssl.SSLContext:
    """What these settings ask for; UsageError for a file that can't be used."""
    plain = security.librdkafka(properties)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.check_hostname = plain.get("ssl.endpoint.identification.algorithm", "https") == "https"
    if _CA in plain:
        _load(made, properties, _CA, plain[_CA])
    else:
        made.load_default_certs()
    if _CRL in plain:
        _load(made, properties, _CRL, plain[_CRL])
        made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if _CIPHERS in plain:
        try:
            made.set_ciphers(plain[_CIPHERS])
        except ssl.SSLError as error:
            raise UsageError(
                f"{_CIPHERS}: none of these is known", hint="OpenSSL's names: openssl ciphers"
            ) from error
    if _KEY in plain and _CERTIFICATE not in plain:
        raise UsageError(f"{_KEY} without a certificate", hint=f"give {_CERTIFICATE} too")
    if _CERTIFICATE in plain:
        _load_own(made, properties, plain)
    return made


def _said(properties: Mapping[str, str], name: str, path: str) -> str:
    """The setting by the name that the user gave it, and its file."""
    given = [key for key, value in properties.items() if value == path and key.startswith("ssl.")]
    return f"{name if name in given or not given else given[0]} {path}"


def _load(made: ssl.SSLContext, properties: Mapping[str, str], name: str, path: str) -> None:
    try:
        made.load_verify_locations(path)
    except (OSError, ValueError) as error:
        said = _said(properties, name, path)
        raise UsageError(
            f"{said} holds no certificates in PEM form", hint="openssl x509 -text shows one"
        ) from error


def _load_own(made: ssl.SSLContext, properties: Mapping[str, str], plain: Mapping[str, str]) -> None:
    certificate, key = plain[_CERTIFICATE], plain.get(_KEY)
    said = _said(properties, _KEY if key else _CERTIFICATE, key or certificate)
    asked = []

    def password() -> str:
        """Asked for by OpenSSL where the key is encrypted; without an answer it would ask the terminal."""
        asked.append(True)
        if not plain.get(_PASSWORD):
            raise UsageError(
                f"{said}: the private key is encrypted",
                hint="give its password by ssl.key.password=${file:PATH} or ${env:NAME}",
            )
        return plain[_PASSWORD]

    try:
        made.load_cert_chain(certificate, key, password)
    except (OSError, ValueError) as error:
        if asked:
            raise UsageError(f"{said}: {_PASSWORD} does not open the private key") from error
        if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
            raise UsageError(f"{said}: the private key is not the certificate's") from error
        raise UsageError(f"{said}: no certificate with its private key in PEM form") from error


def fault(bootstrap: str, properties: Mapping[str, str]) -> ssl.SSLError | None:
    """Why a listener and this client can't agree on TLS; None where they can, or nobody answers."""
    made = context(properties)
    faults = (_fault(made, *host_and_port(address)) for address in bootstrap.split(","))
    return next(filter(None, faults), None)


def _fault(made: ssl.SSLContext, host: str, port: int) -> ssl.SSLError | None:
    try:
        with (
            socket.create_connection((host, port), _ASK_SECONDS) as plain,
            made.wrap_socket(plain, server_hostname=host) as peer,
        ):
            peer.recv(1)  # under TLS 1.3 a client's certificate is refused after the handshake
    except ssl.SSLError as error:
        return error
    except OSError:
        pass
    return None


def told(error: ssl.SSLError | None) -> tuple[str, str] | None:
    """What is wrong and the next step; None where there is no error or it says too little."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error)
    reason = (error and error.reason) or ""
    return next(((what, hint) for word, what, hint in _ALERTS if word in reason), None)


def _certificate(error: ssl.SSLCertVerificationError) -> tuple[str, str]:
    code = error.verify_code
    if code == _EXPIRED:
        return "the broker's certificate has expired", _CLOCK
    if code == _TOO_EARLY:
        return "the broker's certificate is not valid yet", _CLOCK
    if code == _REVOKED:
        return "the broker's certificate has been revoked", "whoever runs the broker must renew it"
    if code in _OTHER_HOST:
        return (
            f"the broker's certificate is another host's ({error.verify_message.rstrip('.')})",
            _NAME,
        )
    if code in _UNKNOWN_CA:
        return (
            f"the broker's certificate is of a CA that is not trusted here ({error.verify_message})",
            "give the CA's certificate by ssl.truststore.location, with ssl.truststore.type=PEM",
        )
    return f"the broker's certificate is not accepted: {error.verify_message}", "openssl s_client shows it"
