"""What a user is told when no broker could be used: what is wrong, where, and the next step."""

from eventq.broker.failure import Failure, Stage
from eventq.core.errors import EventqError
from eventq.core.settings.settings import Connection

_NOBODY_THERE = ("refused", "REFUSED", "DNS", "resolve")
_GSSAPI = "GSSAPI"


def unreachable(connection: Connection, failure: Failure) -> EventqError:
    if failure.stage is Stage.LOGIN:
        return _another_protocol(connection) or _login(connection, failure)
    if any(word in failure.reason for word in _NOBODY_THERE):
        return _nobody(connection, failure)
    told = _tls(connection, failure) or _another_protocol(connection)
    return told or (_no_tls if failure.stage is Stage.TLS else _nobody)(connection, failure)


def _login(connection: Connection, failure: Failure) -> EventqError:
    said = connection.properties
    user, mechanism = said.get("sasl.username"), said.get("sasl.mechanism", "").upper()
    who = f" as {user}" if user else ""
    hint = "are user and password right, and does the listener offer that mechanism?"
    if "unsupported" in failure.reason.lower() and (offered := _offered(connection)):
        hint = f"the listener offers sasl.mechanism {offered}; are user and password right?"
    elif mechanism == _GSSAPI:
        hint = "is there a valid ticket (klist shows it), and is sasl.kerberos.service.name the broker's?"
    return EventqError(
        f"authentication failed at {connection.bootstrap}{who} by {mechanism} ({failure.reason})", hint=hint
    )


def _offered(connection: Connection) -> str:
    from eventq.broker.listener import asked

    found = asked(connection.bootstrap)
    return ", ".join(found.mechanisms or ()) if found else ""


def _tls(connection: Connection, failure: Failure) -> EventqError | None:
    """Where it is known why; librdkafka does not say, so it is asked for again."""
    if not connection.properties.get("security.protocol", "").upper().endswith("SSL"):
        return None
    from eventq.broker import tls

    told = tls.told(failure.tls) or tls.told(tls.fault(connection.bootstrap, connection.properties))
    if told is None:
        return None
    what, hint = told
    return EventqError(f"no TLS connection to {connection.bootstrap}: {what}", hint=hint)


def _no_tls(connection: Connection, failure: Failure) -> EventqError:
    return EventqError(
        f"no TLS connection to {connection.bootstrap}: {failure.reason}",
        hint="does the listener speak TLS, and are the ssl.* files and ssl.key.password right?",
    )


def _another_protocol(connection: Connection) -> EventqError | None:
    """Where a listener says that it speaks another one."""
    from eventq.broker.listener import asked

    ours = connection.properties.get("security.protocol", "PLAINTEXT").upper()
    found = asked(connection.bootstrap)
    if found is None or found.protocol == ours or (found.mechanisms is None and ours == "SASL_SSL"):
        return None
    hint = f"give security.protocol={found.protocol}"
    if found.mechanisms:
        hint += f", sasl.mechanism (the listener offers {', '.join(found.mechanisms)}), user and password"
    return EventqError(f"{found.address} speaks {found.protocol}, and security.protocol is {ours}", hint=hint)


def _nobody(connection: Connection, failure: Failure) -> EventqError:
    return EventqError(
        f"no broker answered at {connection.bootstrap} within {connection.connect_timeout:g} s "
        f"({failure.reason})",
        hint="is Kafka running there, is the address right, does the listener need TLS or SASL "
        "(security.protocol)?",
    )
