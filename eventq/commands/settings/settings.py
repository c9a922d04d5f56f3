"""The one way from options, -X, environment, --command-config and profile to an effective setting."""

import errno
import os
import sys
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from eventq.commands.options import Shared
from eventq.commands.output import say
from eventq.commands.redaction import hide
from eventq.core.errors import UsageError
from eventq.core.parse import duration, whole
from eventq.core.settings import java_properties
from eventq.core.settings.numbers import INT
from eventq.core.settings.properties import canonical, is_secret
from eventq.core.settings.references import expand
from eventq.core.settings.settings import Layer, Setting, environment, resolve

Choice = TypeVar("Choice", bound=Enum)

_MOST = {"replicas": 2**15 - 1}
"""Kafka counts them in 16 bits, all else in 32."""

_LONGEST = {"connect-timeout": "1h"}
"""What librdkafka takes at most for a request; a time in Kafka's protocol is less than 25 days."""


def setting(shared: Shared, given: str | int | None, name: str) -> Setting:
    """The effective value of the setting `name`, `given` being what its option says."""
    found = resolve(name, None if given is None else str(given), layers(shared))
    if shared.verbose and found.value is not None:
        _say(found)
    return found


@cache
def _say(found: Setting) -> None:
    """Once, however often a command asks."""
    say(f"{found.name} {found.value} ({found.source})")


def text(shared: Shared, given: str | None, name: str) -> str:
    """The effective value of a setting that always has one; UsageError, naming the source, if it is empty."""
    found = setting(shared, given, name)
    if not found.value:
        raise UsageError(f"{found.place} is empty", hint="is the variable that it comes from set?")
    return found.value


def text_if_given(shared: Shared, given: str | None, name: str) -> str | None:
    """The effective value, None where only the default is left."""
    found = setting(shared, given, name)
    return found.value if found.given else None


def seconds(shared: Shared, given: str | None, name: str) -> float:
    """The effective value of a setting that is a duration; UsageError, naming the source, if it is none."""
    found = setting(shared, given, name)
    try:
        wanted = duration(found.value or "")
    except UsageError as error:
        raise UsageError(f"{found.place}: {error}", hint=error.hint) from error
    if wanted * 1000 > INT:
        raise UsageError(
            f"{found.place} is too long: {found.value}", hint="at most 24d: Kafka counts in 32 bits"
        )
    return wanted


def number(shared: Shared, given: int | None, name: str) -> int:
    """The effective value of a setting that counts something; UsageError, naming the source, below 1."""
    found = setting(shared, given, name)
    value = found.value or ""
    wanted, most = whole(value), _MOST.get(name, INT)
    if wanted is None or not 1 <= wanted <= most:
        raise UsageError(
            f"{found.place} is not a whole number from 1 to {most}: {value!r:.120}", hint="such as 3"
        )
    return wanted


def choice(shared: Shared, kind: type[Choice], given: Choice | None, name: str) -> Choice:
    """The effective value of a setting with a few of them; UsageError, naming the source, for another."""
    found = setting(shared, None if given is None else given.value, name)
    try:
        return kind(found.value)
    except ValueError as error:
        choices = ", ".join(each.value for each in kind)
        raise UsageError(f"{found.place} can't be {found.value!r}", hint=f"one of {choices}") from error


@cache
def layers(shared: Shared) -> tuple[Layer, ...]:
    """The sources below the flags, strongest first."""
    return (
        _layer("-X", [(*_property(item), "") for item in shared.properties]),
        environment(os.environ),
        *([_command_config(shared.command_config)] if shared.command_config else []),
        *([_profile(shared.profile)] if shared.profile else []),
    )


def _layer(label: str, said: Iterable[tuple[str, str, str]], *, options: bool = False) -> Layer:
    """Of (name, value, place); references are followed, and secrets kept from every message of this run."""
    values: dict[str, str] = {}
    places: dict[str, str] = {}
    for name, written, place in said:
        value = expand(written, os.environ, _content)
        turned = canonical({name: value})
        hide(word for key, word in ((name, value), *turned.items()) if is_secret(key))
        values |= turned
        places |= dict.fromkeys(turned, place)
    return Layer(label, values, places, options)


def _content(path: str) -> bytes:
    """OSError too where the path can't be one, or is under a home that nobody knows."""
    try:
        return Path(path).expanduser().read_bytes()
    except (RuntimeError, ValueError) as error:
        raise OSError(errno.EINVAL, str(error)) from error


def _property(item: str) -> tuple[str, str]:
    name, separator, value = item.partition("=")
    if not separator or not name.strip():
        raise UsageError(
            f"-X without a value: {name!r:.120}", hint="write -X name=value, such as -X acks=all"
        )
    return name.strip(), value


def _command_config(path: Path) -> Layer:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"--command-config {path} can't be read: {error.strerror}", hint="a Java client.properties file"
        ) from error
    entries = java_properties.parse(java_properties.decode(raw), str(path))
    return _layer(str(path), [(entry.key, entry.value, f"{path}:{entry.line}") for entry in entries])


def profile_path() -> Path:
    """UsageError for a user without a home."""
    folder = os.environ.get("XDG_CONFIG_HOME")
    try:
        return (Path(folder) if folder else Path.home() / ".config") / "eventq" / "config.toml"
    except RuntimeError as error:
        raise UsageError(
            "--profile: this user has no home folder to look in", hint="set HOME or XDG_CONFIG_HOME"
        ) from error


def _profile(name: str) -> Layer:
    path = profile_path()
    found = _toml(path).get("profiles")
    profiles = found if isinstance(found, dict) else {}
    if not isinstance(profiles.get(name), dict):
        there = ", ".join(sorted(profiles)) or "none"
        raise UsageError(f"no profile {name!r} in {path}", hint=f"profiles there: {there}")
    said = _flat(profiles[name], f"{path}, profile {name}")
    return _layer(f"profile {name}", [(*item, "") for item in said], options=True)


def _toml(path: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{path} can't be read: {error.strerror}", hint="--profile NAME reads [profiles.NAME] there"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}", hint="quote values: topic = 'orders'") from error
    return found


def _flat(table: Mapping[str, Any], where: str, prefix: str = "") -> list[tuple[str, str]]:
    """TOML reads `sasl.mechanism = …` as tables in tables; here it is one name again."""
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        name = prefix + key
        if isinstance(value, dict):
            found += _flat(value, where, f"{name}.")
        elif isinstance(value, str | int | float):
            found.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
        else:
            raise UsageError(f"{where}: {name} is neither text nor a number", hint="lists as 'a:9092,b:9092'")
    return found
