"""Values that stand elsewhere, such as secrets: `${env:NAME}`, `${file:PATH}`, `${file:PATH:KEY}`.

Kafka's own config providers have this form; `${file:PATH}`, the whole file, is an addition.
"""

import re
from collections.abc import Callable, Mapping

from eventq.core.errors import UsageError
from eventq.core.settings import java_properties

_REFERENCE = re.compile(r"\$\{(\w+):([^}]*)\}")


def expand(value: str, variables: Mapping[str, str], read: Callable[[str], bytes]) -> str:
    """`value` with its references replaced; UsageError for one that leads nowhere.

    `read` gives the bytes of a file and raises OSError.
    """

    def found(match: re.Match[str]) -> str:
        provider, rest = match.groups()
        if provider == "env":
            return _variable(rest, variables)
        if provider == "file":
            return _file(rest, read)
        raise UsageError(
            f"{match.group(0)}: not a known provider of values: {provider}", hint="use env or file"
        )

    return _REFERENCE.sub(found, value)


def _variable(name: str, variables: Mapping[str, str]) -> str:
    if not variables.get(name):
        raise UsageError(f"${{env:{name}}}: the variable is not set", hint=f"export {name}=…")
    return variables[name]


def _file(rest: str, read: Callable[[str], bytes]) -> str:
    path, separator, key = rest.rpartition(":")
    try:
        text = java_properties.decode(read(path if separator else rest))
    except OSError as error:
        raise UsageError(
            f"${{file:{rest}}} can't be read: {error.strerror}", hint="${file:PATH} or ${file:PATH:KEY}"
        ) from error
    if not separator:
        return text.removesuffix("\n").removesuffix("\r")
    entries = {entry.key: entry.value for entry in java_properties.parse(text, path)}
    if key not in entries:
        raise UsageError(f"${{file:{rest}}}: the file has no {key}", hint=f"add a line {key}=… to {path}")
    return entries[key]
