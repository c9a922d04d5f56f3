"""What client settings mean to each client library; the table is in property_table.py."""

from collections.abc import Iterable, Mapping
from typing import Any

from eventq.core.errors import UsageError
from eventq.core.settings import numbers, security
from eventq.core.settings.property_table import ALIASES, OWNED, PROPERTIES, UNUSED
from eventq.core.settings.settings import SETTINGS, Role, Setting

RESOLVED = frozenset({"bootstrap.servers", "group.id", "isolation.level"})
"""These reach a client as what the command makes of its options."""

_IGNORED = UNUSED | security.UNUSED
_KNOWN = frozenset({*PROPERTIES, *ALIASES, *OWNED, *_IGNORED, *security.NAMES, *security.REFUSED, *RESOLVED})


_JAVA_BLANKS = "".join(map(chr, range(0x21)))
_KEPT_WHOLE = frozenset({"sasl.username", "sasl.password"})
"""librdkafka's names, whose values it takes as they are."""


def canonical(values: Mapping[str, str]) -> dict[str, str]:
    """What one source says, with one name for each thing instead of librdkafka's and the login modules'.

    Blanks around a value are taken off, as Java does it.
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        read = value if name in _KEPT_WHOLE else value.strip(_JAVA_BLANKS)
        found |= security.jaas(read) if name == "sasl.jaas.config" else {ALIASES.get(name, name): read}
    return found


def accepted(said: Mapping[str, Setting]) -> dict[str, str]:
    """Those for a client, checked; UsageError for one that is unknown, impossible, or eventq's to decide."""
    for setting in said.values():
        _check(setting)
    return {
        name: setting.value or ""
        for name, setting in said.items()
        if name not in RESOLVED | _IGNORED | set(OWNED)
    }


def _check(setting: Setting) -> None:
    name, where = setting.name, f"{setting.source}: {setting.name}"
    if name in SETTINGS and name not in _KNOWN:
        raise UsageError(f"{where} is an option, not a client setting", hint=f"give --{name}")
    if name not in _KNOWN:
        raise UsageError(f"{where} is not a client setting", hint=_nearest(name))
    if name in security.REFUSED:
        raise UsageError(f"{where} is not supported", hint=security.REFUSED[name])
    if name in OWNED and setting.source == "-X":
        raise UsageError(f"{where} is decided by eventq", hint=OWNED[name])
    if name in PROPERTIES:
        try:
            PROPERTIES[name].read(setting.value or "")
        except ValueError as error:
            raise UsageError(f"{where} is not {error}: {setting.value!r}") from error


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(_KNOWN | set(SETTINGS)), 1, 0.6)
    return (
        f"did you mean {near[0]}?"
        if near
        else "settings have their names in Java, such as request.timeout.ms"
    )


def ignored(names: Iterable[str], role: Role, client: str) -> list[str]:
    """Known names among these that such a client makes nothing of."""
    return [name for name in names if name in _IGNORED | set(OWNED) or not _taken(name, role, client)]


def _taken(name: str, role: Role, client: str) -> bool:
    known = PROPERTIES.get(name)
    if known is None:
        return True
    return (
        role in known.roles
        and (known.librdkafka if client == "librdkafka" else known.kafka_python) is not None
    )


def moved(name: str, value: str, client: str) -> int | None:
    """What `client` gets in place of a number that only Java takes; None where it gets the number."""
    if name not in numbers.NAMES:
        return None
    taken = (numbers.librdkafka if client == "librdkafka" else numbers.kafka_python)(name, value)
    return None if taken == numbers.java(name, value) else taken


def kafka_python(values: Mapping[str, str], role: Role) -> dict[str, Any]:
    """The arguments of a kafka-python client; assignors stay names."""
    return {
        **security.kafka_python(values),
        **{
            known.kafka_python: known.read(values[name])
            for name, known in PROPERTIES.items()
            if name in values and role in known.roles and known.kafka_python
        },
    }


def librdkafka(values: Mapping[str, str], role: Role) -> dict[str, str]:
    """The settings of a librdkafka client."""
    return {
        **security.librdkafka(values),
        **{
            known.librdkafka: known.fast(values[name])
            for name, known in PROPERTIES.items()
            if name in values and role in known.roles and known.librdkafka
        },
    }


_CLASSIC_ONLY = ("session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy")


def check_group_protocol(values: Mapping[str, str], client: str, given: Iterable[str]) -> None:
    """Of `group.protocol=consumer`, under which the broker has the settings of members.

    `given` are the options for these settings that somebody gave. UsageError for any of them, and with
    kafka-python, which has the classic protocol alone.
    """
    if values.get("group.protocol", "classic").lower() != "consumer":
        return
    if client != "librdkafka":
        raise UsageError(
            "group.protocol=consumer needs librdkafka",
            hint="pip install 'eventq[fast]', or --client librdkafka",
        )
    refused = [f"--{name}" for name in given]
    if "partition.assignment.strategy" in values:
        refused.append("partition.assignment.strategy")
    if refused:
        raise UsageError(
            f"group.protocol=consumer has no {', '.join(refused)}",
            hint="leave it out: the broker sets it for the group",
        )


_SECRET = ("password", "secret", "passphrase", "jaas.config", ".pem", "keystore.key")


def is_secret(name: str) -> bool:
    """By name: nothing may print its value."""
    return name.endswith(_SECRET)
